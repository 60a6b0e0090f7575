"""Short words for what tests of a queue do over and over."""

from bot.channels.port import Incoming
from bot.delivery.port import Job, Late, Parcel, Reach, Store


def message(id: str, person: str = "ada", body: str = "Hello", first: bool = False) -> Incoming:
    return Incoming(id=id, conversation=person, body=body, first=first)


def taken(store: Store) -> Job:
    job = store.take()
    assert job is not None
    return job


def parcel_of(store: Store) -> Parcel:
    parcel = store.take_parcel()
    assert parcel is not None
    return parcel


def bodies(store: Store) -> list[str]:
    said = []
    while (job := store.take()) is not None:
        said.append(job.body)
        store.answered(job, "", [])
    return said


def reached(store: Store, token: str = "t1", person: str = "lines:ada") -> None:
    """Answer one message with a reply that keeps where one more may go."""
    name = person.partition(":")[2]
    store.put("lines", [message(f"of {token}", person=name)])
    store.answered(taken(store), person, [], reach=Reach(token=token, to=f"to {name}"))


def late_of(store: Store) -> Late:
    late = store.take_late()
    assert late is not None
    return late
