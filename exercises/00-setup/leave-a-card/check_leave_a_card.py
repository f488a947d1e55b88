"""A card of one's own, with the right words on it, and the neighbour's left alone."""

from labkit.foundation.text import say
from labkit.grading.criteria.answers import number_in, quoted, same_words
from labkit.grading.criteria.kept import is_kept, strangers
from labkit.grading.criteria.objects import annotations_of, evidence, labelled, name_of, names_of
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed

LABEL = {"lab": "card"}
KEYS = {"table", "city"}
CITIES = ("Milano", "Bologna")


def card_exists(snapshot: Snapshot) -> Finding:
    cards = labelled(snapshot.objects("ConfigMap"), LABEL)
    if not cards:
        return _nearly_a_card(snapshot) or _no_card()
    if len(cards) > 1:
        return _too_many(cards)
    seen = say("ConfigMap {name} carries the label lab=card.", name=names_of(cards))
    return passed(seen, evidence=evidence(*cards))


def card_content(snapshot: Snapshot) -> Finding:
    cards = labelled(snapshot.objects("ConfigMap"), LABEL)
    if len(cards) != 1:
        return _too_many(cards) if cards else _no_card()
    table, data = snapshot.drawn("table"), cards[0].get("data") or {}
    if not data.keys() >= KEYS:
        keys = quoted(", ".join(sorted(data))) or say("none")
        seen = say("The card's keys are: {keys}.", keys=keys)
        expected = say("Two of them are table and city, spelt like this.")
        return _write_again("card.key_missing", cards[0], seen, expected)
    if not any(same_words(data["city"], city) for city in CITIES):
        seen = say("The card says that the city is {city!r}.", city=quoted(data["city"]))
        expected = say("The city is one of these: {cities}.", cities=", ".join(CITIES))
        return _write_again("card.wrong_city", cards[0], seen, expected)
    if number_in(data["table"]) != int(table):
        seen = say("The card says that the table is {table!r}.", table=quoted(data["table"]))
        expected = say("Your table is {table}.", table=table)
        return _write_again("card.wrong_table", cards[0], seen, expected)
    seen = say("The card says table {table}, {city}.", table=table, city=quoted(data["city"]))
    return passed(seen, evidence=evidence(*cards))


def card_at_home(snapshot: Snapshot) -> Finding:
    if not labelled(snapshot.objects("ConfigMap"), LABEL):
        return _no_card()
    visitors = _visitors(snapshot)
    if visitors or _neighbour_disturbed(snapshot):
        return _next_door("card.visitor" if visitors else "card.neighbour_changed", snapshot)
    return passed(say("The card in {ns} is as it was.", ns=snapshot.namespaces["b"]))


def _next_doors(snapshot: Snapshot) -> list[Object]:
    return labelled(snapshot.objects("ConfigMap", "b"), LABEL)


def _visitors(snapshot: Snapshot) -> list[Object]:
    return strangers(snapshot, "neighbour", _next_doors(snapshot))


def _neighbour_disturbed(snapshot: Snapshot) -> bool:
    """Gone, made anew, or with other words on it."""
    return not is_kept(snapshot, "neighbour", _next_doors(snapshot), "data")


def _nearly_a_card(snapshot: Snapshot) -> Finding | None:
    """The commonest slips first."""
    if _visitors(snapshot) or _neighbour_disturbed(snapshot):
        return _next_door("card.wrong_namespace", snapshot)
    for secret in labelled(snapshot.objects("Secret"), LABEL):
        seen = say("{name} carries the label, and it is a Secret.", name=name_of(secret))
        expected = say("The card is a ConfigMap: nothing on it is secret.")
        return _write_again("card.is_secret", secret, seen, expected)
    expected = say("It carries the label lab=card, under metadata.labels.")
    for found in snapshot.objects("ConfigMap"):
        name = name_of(found)
        if annotations_of(found).get("lab") == "card":
            seen = say("ConfigMap {name} has lab=card as an annotation.", name=name)
            return _write_again("card.annotation", found, seen, expected)
        if name == "card" or KEYS & (found.get("data") or {}).keys():
            seen = say("ConfigMap {name} does not have the label lab=card.", name=name)
            return _write_again("card.no_label", found, seen, expected)
    return None


def _no_card() -> Finding:
    return not_started(
        "card.none",
        seen=say("No ConfigMap with the label lab=card hangs in your namespace."),
        next_step=say("Fill in card.yaml, then run `kubectl apply -f leave-a-card/card.yaml`."),
    )


def _too_many(cards: list[Object]) -> Finding:
    return not_yet(
        "card.too_many",
        seen=say("These ConfigMaps carry the label: {names}.", names=names_of(cards)),
        expected=say("Exactly one does: a table has one card."),
        next_step=say("Keep the right one; `kubectl delete configmap` takes the others away."),
        evidence=evidence(*cards),
    )


def _write_again(message: str, found: Object, seen: str, expected: str) -> Finding:
    return not_yet(
        message,
        seen=seen,
        expected=expected,
        why=say("Programs find and read a card by exact kind, label and keys."),
        next_step=say("Correct card.yaml and run `kubectl apply -f leave-a-card/card.yaml` again."),
        evidence=evidence(found),
    )


def _next_door(message: str, snapshot: Snapshot) -> Finding:
    visitors, there = _visitors(snapshot), snapshot.namespaces["b"]
    names = names_of(visitors)
    return not_yet(
        message,
        seen=say(
            "In {ns} hangs a card that is not your neighbour's: {names}.", ns=there, names=names
        )
        if visitors
        else say("The neighbour's card in {ns} is not what it was at the start.", ns=there),
        expected=say("Your card is in {ns}, and next door nothing changes.", ns=snapshot.namespace),
        why=say("Commands act in the namespace of your context, or the one after -n."),
        next_step=say(
            "Run `labkit reset leave-a-card`, and look at your context before you apply."
        ),
        evidence=evidence(*visitors),
    )
