"""Pages to send, made of the templates beside this module."""

from pathlib import Path


def page(template: str, **values: object) -> str:
    """The template filled with `values`, every one of them escaped."""
    # Only whoever wants a page waits for this.
    from jinja2 import Environment, FileSystemLoader, select_autoescape

    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template(template).render(values)
