"""A Progress that remembers what it was told."""


class RecordedProgress:
    def __init__(self) -> None:
        self.steps: list[tuple[str, bool]] = []
        """Ended steps, and whether they ended well."""
        self.advances: dict[str, list[tuple[float, float]]] = {}
        self.sentences: list[str] = []

    def started(self, step: str) -> None:
        self.advances.setdefault(step, [])

    def advanced(self, step: str, done: float, total: float) -> None:
        self.advances[step].append((done, total))

    def ended(self, step: str, *, well: bool) -> None:
        self.steps.append((step, well))

    def said(self, sentence: str) -> None:
        self.sentences.append(sentence)
