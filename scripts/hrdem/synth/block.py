"""Invents one block: some instruments, what belongs to them, and the documents that tell of them.

Blocks know nothing of each other. What they share are the themes, bodies, posts and places of the
real data, which more and more things refer to as the graph grows.
"""

from __future__ import annotations

import datetime
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hrdem.synth.measure import Measures, Template

SIZE: Final = 100
"""How many instruments a block has, about as many as the real data."""
_TEXT_WORDS: Final = 3
"""The least number of words of a sentence in a text."""
_LABEL: Final = 149
"""The greatest number of characters of a label."""
_DAY: Final = datetime.timedelta(days=1)
_STAGES: Final = ("hrdem:Proposal", "hrdem:DraftingStep", "hrdem:Adoption")
"""Classes of events that come first, in this order; all others come later."""
_GENERIC: Final[dict[str, tuple[str, ...]]] = {
    "instrument": (
        *("hrdem:hasTheme", "hrdem:givesAttentionTo", "hrdem:continuesFocusOn", "hrdem:setsOut"),
        *("hrdem:note", "hrdem:refersTo", "hrdem:authoredBy", "hrdem:buildsOn", "hrdem:monitors"),
        *("hrdem:legalForce", "hrdem:implements", "hrdem:about", "hrdem:addressedTo"),
        *("hrdem:responsible", "hrdem:publishedBy", "hrdem:contributesTo", "hrdem:welcomes"),
        *("hrdem:policyOf", "hrdem:legalBasis", "hrdem:hasForewordBy"),
    ),
    "event": (*("hrdem:carriedOutBy", "hrdem:note", "hrdem:takesPlaceIn", "hrdem:byProcedure"),),
    "priority": (
        *("hrdem:hasTheme", "hrdem:note", "hrdem:responsible", "hrdem:refersTo"),
        *("hrdem:readFromVersion", "hrdem:levelName"),
    ),
    "aim": ("hrdem:about",),
    "figure": ("hrdem:note",),
    "speech-act": ("hrdem:speaker", "hrdem:note"),
}
"""Kind to the properties whose values may be drawn one by one, apart from everything else."""


class Fact(NamedTuple):
    """One fact, its parts as Turtle writes them."""

    subject: str
    predicate: str
    object: str


@dataclass
class Passage:
    """A passage: its IRI as Turtle writes it, what is said of it, and its facts."""

    name: str
    about: dict[str, str]
    facts: list[Fact]


@dataclass
class Document:
    """A document: its slug, what is said of it, its passages, and its text if it has one."""

    slug: str
    about: dict[str, str]
    passages: list[Passage] = field(default_factory=list)
    text: str | None = None


@dataclass
class Block:
    """What was invented.

    Attributes:
        number: which block this is, from 0.
        register: thing to what the register says of it, property by property.
        documents: in the order in which they were invented.
        instruments: the slugs of the instruments.
    """

    number: int
    register: dict[str, dict[str, str]] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)
    instruments: list[str] = field(default_factory=list)

    def things(self, kind: str) -> list[str]:
        """Return the things of a kind, in the order in which they were invented."""
        return [thing for thing in self.register if thing.startswith(f"{kind}:")]

    def passages(self) -> Iterator[tuple[Document, Passage]]:
        """Yield every passage with its document."""
        for document in self.documents:
            for passage in document.passages:
                yield document, passage


def make(measures: Measures, rng: random.Random, number: int, first: int, size: int) -> Block:
    """Invent a block.

    Args:
        measures: what it must be like.
        rng: where chance comes from.
        number: which block it is, from 0.
        first: the number of its first instrument.
        size: how many instruments it has.
    """
    maker = _Maker(measures, rng, Block(number), size)
    for index in range(size):
        maker.instrument(first + index, index / size)
    maker.extensions()
    maker.mandates(size)
    maker.aims(size)
    maker.documents()
    maker.contested()
    maker.unknowns()
    return maker.block


class _Maker:
    """Invents things one after the other, and keeps their facts until documents tell them."""

    def __init__(self, measures: Measures, rng: random.Random, block: Block, size: int) -> None:
        self.measures = measures
        self.rng = rng
        self.block = block
        self.facts: list[Fact] = []
        # Drawn without putting back: a few instruments own most, and the mean would vary much.
        self.counts = {
            kind: rng.sample(counts * -(-size // len(counts)), size)
            for kind, counts in measures.owned.items()
        }
        self.days: dict[str, datetime.date] = {}  # event to the last day that its date allows
        self.owner: dict[str, str] = {}  # thing to its instrument
        self.starts: dict[str, datetime.date] = {}  # instrument to the day of its first event
        self.last: dict[str, datetime.date] = {}  # instrument to the day of its last event
        self.dated: dict[str, str] = {}  # instrument to the class of its first event, if dated
        self.ends: dict[str, datetime.date] = {}  # instrument to the end of its last period
        self.longer: dict[str, int] = {}  # instrument to how often its period is prolonged

    # --- chance -----------------------------------------------------------------------------------

    def words(self, least: int, count: int) -> list[str]:
        return self.rng.choices(self.measures.words, k=max(least, count))

    def text(self, lengths: tuple[int, ...]) -> str:
        """Return a text in English as Turtle writes it, of as many words as a real one."""
        return f'"{" ".join(self.words(1, self.rng.choice(lengths)))}"@en'

    def number(self, mean: float, size: int) -> int:
        """Return how many there are of something that each of `size` things has `mean` of."""
        whole, rest = divmod(mean * size, 1)
        return int(whole) + (self.rng.random() < rest)

    def drawn(self, kind: str, predicate: str) -> list[str]:
        """Return values of a property for one thing of a kind, each once."""
        key = kind, predicate
        if key not in self.measures.values:
            return []
        found: dict[str, None] = {}
        for _ in range(self.rng.choice(self.measures.values[key])):
            value = self.rng.choice(self.measures.objects[key])
            if value.endswith('"@en'):
                value = self.text(self.measures.notes)
            elif ":" not in value and not value.startswith(("<", '"')):
                known = self.block.things(value)
                # Only what was invented before: so nothing comes back to where it started.
                known = [thing for thing in known[-50:-1] if thing in self.owner]
                if not known:
                    continue
                value = self.rng.choice(known)
            found[value] = None
        return list(found)

    # --- things -----------------------------------------------------------------------------------

    def add(self, thing: str, kind: str, name: str, type_: str) -> None:
        """Enter a thing into the register; its class is the first fact about it."""
        label = f"Synthetic {name}:"
        for word in self.words(1, self.rng.choice(self.measures.labels[kind])):
            if len(label) + len(word) < _LABEL:
                label += f" {word}"
        self.block.register[thing] = {"a": type_, "skos:prefLabel": f'"{label}"@en'}

    def say(self, subject: str, predicate: str, *objects: str) -> None:
        self.facts.extend(Fact(subject, predicate, each) for each in objects)

    def generic(self, thing: str, kind: str) -> None:
        for predicate in _GENERIC[kind]:
            self.say(thing, predicate, *self.drawn(kind, predicate))

    def instrument(self, number: int, share: float) -> None:
        """Invent an instrument and what belongs to it, when `share` of the time has gone."""
        slug = f"synthetic-{number}"
        thing = f"instrument:{slug}"
        self.block.instruments.append(slug)
        years = self.measures.years
        begin = datetime.date(years[0], 1, 1)
        span = datetime.date(years[-1], 1, 1) - begin
        self.starts[thing] = begin + datetime.timedelta(days=int(share * span.days))
        self.owner[thing] = thing
        type_ = self.rng.choice(self.measures.classes["instrument"])
        self.add(thing, "instrument", f"instrument {number}", type_)
        self.say(thing, "a", type_)
        titles = self.measures.values["instrument", "dcterms:title"]
        if self.rng.choice(titles):
            self.say(thing, "dcterms:title", self.text(self.measures.labels["instrument"]))
        self.generic(thing, "instrument")
        self.succession(thing, type_)
        for kind, invent in (
            ("period", self.periods),
            ("event", self.events),
            ("priority", self.priorities),
            ("figure", self.figures),
            ("speech-act", self.speech_acts),
        ):
            count = self.counts[kind].pop()
            if count or (kind == "event" and self.longer.get(thing)):
                invent(thing, slug, count)
        self.numbers(thing, number)

    def succession(self, thing: str, type_: str) -> None:
        if self.rng.choice(self.measures.values["instrument", "hrdem:directlySucceeds"]):
            same = [
                each
                for each in self.block.things("instrument")[:-1]
                if self.block.register[each]["a"] == type_ != "hrdem:Instrument"
            ]
            # A line runs forwards in time.
            if same and self.last.get(same[-1], self.starts[same[-1]]) < self.starts[thing]:
                self.say(thing, "hrdem:directlySucceeds", same[-1])

    def numbers(self, thing: str, number: int) -> None:
        """Give an instrument numbers of the series of documents that it stands in.

        They bear a year, in which something must have happened to the instrument.
        """
        year = self.starts[thing].year
        if thing in self.last and thing not in self.dated:
            return
        for predicate, value in (
            ("hrdem:registerNumber", f"{number % 100000}/{number // 100000 + 1}/{year % 100:02}"),
            ("hrdem:subjectCode", f"COHOM {number}"),
            ("hrdem:actNumber", f"(EU) {year}/{number}"),
            (
                "hrdem:procedureNumber",
                f"{year}/{number % 10000:04}({_letters(number // 10000, 3)})",
            ),
            ("hrdem:celexNumber", f"3{year}{_letters(number // 10000, 2)}{number % 10000:04}"),
        ):
            # Two digits of a year are read as those of this century.
            if predicate == "hrdem:registerNumber" and year < 2000:
                continue
            if self.rng.choice(self.measures.values["instrument", predicate]):
                self.say(thing, predicate, f'"{value}"')

    def events(self, thing: str, slug: str, count: int) -> None:
        types = self.rng.choices(self.measures.classes["event"], k=count)
        while types.count("hrdem:Adoption") > 1:  # an instrument is adopted once
            types[types.index("hrdem:Adoption")] = self.rng.choice(self.measures.classes["event"])
        types.sort(key=lambda t: _STAGES.index(t) if t in _STAGES else len(_STAGES))
        prolonged = self.longer.get(thing)  # which takes an adoption with a date
        if prolonged:
            types = ["hrdem:Adoption", *(t for t in types if t not in _STAGES)]
        day = self.starts[thing]
        for index, type_ in enumerate(types):
            event = f"event:{slug}-e{index + 1}"
            self.add(event, "event", f"event {index + 1} of {slug}", type_)
            self.say(event, "a", type_)
            self.say(event, "hrdem:concerns", thing)
            self.generic(event, "event")
            if self.rng.choice(self.measures.values["event", "hrdem:date"]) or (
                prolonged and not index
            ):
                self.say(event, "hrdem:date", self.date(day, "event", "hrdem:date"))
                if not index:
                    self.dated[thing] = type_
            else:
                self.say(event, "hrdem:notLaterThan", f'"{day}"^^xsd:date')
            self.days[event] = self.last[thing] = day
            day += self.rng.randrange(1, 60) * _DAY

    def date(self, day: datetime.date, kind: str, predicate: str) -> str:
        """Return a day as exactly as real things of the kind give it."""
        datatype = self.rng.choice(self.measures.objects[kind, predicate]).rpartition("^^")[2]
        size = {"xsd:gYear": 4, "xsd:gYearMonth": 7}.get(datatype, 10)
        return f'"{day.isoformat()[:size]}"^^{datatype}'

    def priorities(self, thing: str, slug: str, count: int) -> None:
        """Invent the parts of an instrument: some main ones, and others that lie in these."""
        nested = self.measures.values["priority", "hrdem:parentProvision"]
        titled = self.measures.values["priority", "dcterms:title"]
        top: list[str] = []
        places: Counter[tuple[str, str]] = Counter()
        ways: dict[tuple[str, str], str] = {}
        for index in range(count):
            part = f"priority:{slug}-p{index + 1}"
            type_ = self.rng.choice(self.measures.classes["priority"])
            lies = bool(self.rng.choice(nested))
            parent = self.rng.choice(top) if lies and top else ""
            if type_ == "hrdem:Strand" and not parent:
                type_ = "hrdem:Heading"
            if type_ == "hrdem:Priority":
                parent = ""  # so that the priorities of an instrument have one row of numbers
            self.add(part, "priority", f"part {index + 1} of {slug}", type_)
            self.say(part, "a", type_)
            self.say(part, "hrdem:provisionOf", thing)
            if parent:
                self.say(part, "hrdem:parentProvision", parent)
            else:
                top.append(part)
            if self.rng.choice(titled):
                self.say(part, "dcterms:title", self.text(self.measures.labels["priority"]))
            places[type_, parent] += 1
            place = places[type_, parent]
            # All parts in one place are counted in one way: by number, by order, or not at all.
            way = ways.setdefault((type_, parent), self.counting())
            if type_ == "hrdem:Priority":
                way = "hrdem:number"
            if way:
                self.say(part, way, str(place))
            if self.rng.choice(self.measures.values["priority", "hrdem:code"]):
                self.say(part, "hrdem:code", f'"{place}"')
            self.generic(part, "priority")
            self.owner[part] = thing

    def counting(self) -> str:
        """Return a property that says the place of a part, or nothing, as often as in the real."""
        numbers, orders = (
            self.measures.values["priority", name] for name in ("hrdem:number", "hrdem:order")
        )
        drawn = self.rng.randrange(len(numbers))
        if drawn < sum(numbers):
            return "hrdem:number"
        return "hrdem:order" if drawn < sum(numbers) + sum(orders) else ""

    def periods(self, thing: str, slug: str, count: int) -> None:
        """Invent the first period of an instrument; :meth:`extensions` invents the others."""
        start = self.starts[thing]
        end = start + self.rng.randrange(365, 2500) * _DAY
        self.period(f"period:{slug}", thing, thing, end)
        self.say(f"period:{slug}", "hrdem:start", self.date(start, "period", "hrdem:start"))
        self.ends[thing] = end
        self.longer[thing] = count - 1

    def period(self, period: str, thing: str, decision: str, end: datetime.date) -> None:
        name = period.partition(":")[2]
        self.add(period, "period", f"period {name}", "hrdem:Period")
        self.say(period, "a", "hrdem:Period")
        self.say(period, "hrdem:periodOf", thing)
        self.say(period, "hrdem:decidedBy", decision)
        self.say(period, "hrdem:end", self.date(end, "period", "hrdem:end"))

    def extensions(self) -> None:
        """Let later instruments prolong the periods of earlier ones.

        Both must be adopted, in different years: the adoption says from when a period was known.
        """
        adopted = [thing for thing, type_ in self.dated.items() if type_ == "hrdem:Adoption"]
        for thing, count in self.longer.items():
            before = thing.replace("instrument:", "period:")
            decision = thing
            for index in range(count if thing in adopted else 0):
                later = [
                    each for each in adopted if self.starts[each].year > self.starts[decision].year
                ]
                if not later:
                    break
                decision = self.rng.choice(later[: SIZE // 4])
                self.ends[thing] += self.rng.randrange(365, 1500) * _DAY
                period = thing.replace("instrument:", "period:") + f"-{index + 2}"
                self.period(period, thing, decision, self.ends[thing])
                self.say(period, "hrdem:replacesPeriod", before)
                self.say(decision, "hrdem:prolongs", thing)
                before = period

    def figures(self, thing: str, slug: str, count: int) -> None:
        for index in range(count):
            figure = f"figure:{slug}-f{index + 1}"
            self.add(figure, "figure", f"figure {index + 1} of {slug}", "hrdem:Figure")
            self.say(figure, "a", "hrdem:Figure")
            self.say(figure, "hrdem:figureOf", thing)
            for predicate in ("hrdem:quantity", "hrdem:unit"):
                self.say(
                    figure, predicate, self.rng.choice(self.measures.objects["figure", predicate])
                )
            self.generic(figure, "figure")

    def speech_acts(self, thing: str, slug: str, count: int) -> None:
        for index in range(count):
            act = f"speech-act:{slug}-s{index + 1}"
            type_ = self.rng.choice(self.measures.classes["speech-act"])
            self.add(act, "speech-act", f"speech act {index + 1} of {slug}", type_)
            self.say(act, "a", type_)
            self.say(act, "hrdem:expressedIn", thing)
            announces = type_ == "hrdem:AnnouncementAct"
            self.say(act, "hrdem:announces" if announces else "hrdem:about", thing)
            if type_ in ("hrdem:Commitment", "hrdem:Reaffirmation"):
                bodies = self.measures.objects["speech-act", "hrdem:committedParty"]
                self.say(act, "hrdem:committedParty", self.rng.choice(bodies))
            self.generic(act, "speech-act")
            self.say(act, "hrdem:about", *self.drawn("speech-act", "hrdem:about"))

    def mandates(self, size: int) -> None:
        """Invent posts, and people who hold them one after the other."""
        ratios = self.measures.ratios
        count = self.number(ratios["mandate"], size)
        posts = max(1, self.number(ratios["post"], size))
        people = max(1, self.number(ratios["foaf:Person"], size))
        begin = datetime.date(self.measures.years[0], 1, 1)
        for index in range(count):
            post = f"post:synthetic-{self.block.number}-o{index % posts + 1}"
            person = f"agent:synthetic-{self.block.number}-a{index % people + 1}"
            mandate = f"mandate:synthetic-{self.block.number}-m{index + 1}"
            if post not in self.block.register:
                self.add(post, "post", f"post {index + 1} of block {self.block.number}", "org:Post")
            if person not in self.block.register:
                self.add(
                    person,
                    "agent",
                    f"person {index + 1} of block {self.block.number}",
                    "foaf:Person",
                )
            self.add(
                mandate,
                "mandate",
                f"mandate {index + 1} of block {self.block.number}",
                "hrdem:Mandate",
            )
            self.say(mandate, "a", "hrdem:Mandate")
            self.say(mandate, "org:member", person)
            self.say(mandate, "hrdem:ofPost", post)
            start = begin + index // posts * 900 * _DAY
            self.say(mandate, "hrdem:start", f'"{start}"^^xsd:date')
            self.say(mandate, "hrdem:end", f'"{start + 899 * _DAY}"^^xsd:date')
            if self.rng.choice(self.measures.values["mandate", "hrdem:decidedBy"]):
                act = self.rng.choice(self.block.instruments)
                self.say(mandate, "hrdem:decidedBy", f"instrument:{act}")

    def aims(self, size: int) -> None:
        for index in range(self.number(self.measures.ratios["aim"], size)):
            aim = f"aim:synthetic-{self.block.number}-g{index + 1}"
            self.add(aim, "aim", f"aim {index + 1} of block {self.block.number}", "hrdem:Aim")
            self.say(aim, "a", "hrdem:Aim")
            self.generic(aim, "aim")
            owner = self.rng.choice(self.block.instruments)
            self.say(f"instrument:{owner}", "hrdem:hasAim", aim)

    # --- documents --------------------------------------------------------------------------------

    def documents(self) -> None:
        """Deal the facts out to passages, and the passages to documents."""
        self.facts = list(dict.fromkeys(self.facts))
        instances = [(float(place), fact) for place, fact in enumerate(self.facts)]
        for place, fact in enumerate(self.facts):
            for _ in range(self.rng.choice(self.measures.support) - 1):
                instances.append((place + 1 + self.rng.random() * SIZE, fact))
        instances.sort()
        facts = [fact for _, fact in instances]
        taken = 0
        while taken < len(facts):
            passages: list[list[Fact]] = []
            for _ in range(self.rng.choice(self.measures.passages)):
                count = self.rng.choice(self.measures.facts)
                part = list(dict.fromkeys(facts[taken : taken + count]))
                taken += count
                if part:
                    passages.append(part)
            self.document(passages)

    def document(self, passages: list[list[Fact]]) -> Document:
        template: Template = self.rng.choice(self.measures.templates)
        slug = f"synthetic-{self.block.number}-d{len(self.block.documents) + 1}"
        thing = f"document:{slug}"
        self.add(thing, "document", f"document {slug}", template.type)
        about = self.block.register.pop(thing)
        about.update(template.constant)
        about["hrdem:address"] = f"<https://example.org/{slug}>"
        about["hrdem:readOn"] = f'"{self.measures.read}"^^xsd:date'
        document = Document(slug, about)
        told = [fact for facts in passages for fact in facts]
        if template.issued:
            reported = [self.days[f.subject] for f in told if f.subject in self.days]
            if reported:
                about["dcterms:issued"] = f'"{max(reported)}"^^xsd:date'
        if template.copy:
            named = [f.subject for f in told if f.subject in self.starts]
            if named:
                about["hrdem:copyOf"] = named[0]
        for index, facts in enumerate(passages):
            name = f"<https://w3id.org/hrdem/document/{slug}#p{index + 1}>"
            place = {"hrdem:passageOf": thing, "hrdem:locator": f'"section {index + 1}"@en'}
            document.passages.append(Passage(name, place, facts))
        # One text at least, in whatever little is invented.
        if not self.block.documents or self.rng.random() < self.measures.texts:
            self.quote(document)
        self.block.documents.append(document)
        return document

    def quote(self, document: Document) -> None:
        """Give a document a text of which each paragraph is a passage."""
        parts: list[str] = []
        start = 0
        for number, passage in enumerate(document.passages, 1):
            length = self.rng.choice(self.measures.quotes)
            words = " ".join(self.words(_TEXT_WORDS, length)) + "."
            del passage.about["hrdem:locator"]
            passage.about["hrdem:paragraph"] = str(number)
            passage.about["hrdem:start"] = str(start)
            passage.about["hrdem:end"] = str(start + len(words))
            passage.about["hrdem:quote"] = f'"{words}"@en'
            parts.append(words)
            start += len(words) + 2
        document.text = "\n\n".join(parts) + "\n"

    def contested(self) -> None:
        """Invent passages that contradict others: each gives an event another year."""
        dated = [
            (passage, fact)
            for _, passage in self.block.passages()
            for fact in passage.facts
            if fact.predicate == "hrdem:date"
        ]
        total = sum(1 for _ in self.block.passages())
        share = len(self.measures.contested) / self.measures.accepted
        chosen = self.rng.sample(dated, min(len(dated), self.number(share, total)))
        while chosen:
            count = self.rng.choice(self.measures.passages)
            batch, chosen = chosen[:count], chosen[count:]
            wrong = [
                [Fact(f.subject, f.predicate, f'"{self.days[f.subject].year + 1}"^^xsd:gYear')]
                for _, f in batch
            ]
            document = self.document(wrong)
            for (passage, _), other in zip(batch, document.passages, strict=True):
                other.about["hrdem:standing"] = self.rng.choice(self.measures.contested)
                other.about["hrdem:contradicts"] = passage.name
                other.about["rdfs:comment"] = self.text(self.measures.notes)

    def unknowns(self) -> None:
        """Invent what nobody could establish."""
        known: dict[str, set[str]] = defaultdict(set)
        for fact in self.facts:
            known[fact.subject].add(fact.predicate)
        for slug in self.block.instruments:
            thing = f"instrument:{slug}"
            missing = [p for p in _GENERIC["instrument"] if p not in known[thing]]
            for index in range(self.counts["unknown"].pop()):
                unknown = f"unknown:{slug}-u{index + 1}"
                self.add(unknown, "unknown", f"unknown {index + 1} of {slug}", "hrdem:Unknown")
                self.block.register[unknown].update(
                    {
                        "hrdem:unknownOf": thing,
                        "hrdem:unknownProperty": self.rng.choice(missing),
                        "hrdem:lookedAtNote": self.text(self.measures.notes),
                        "hrdem:askedOn": f'"{self.measures.read}"^^xsd:date',
                        "rdfs:comment": self.text(self.measures.notes),
                    }
                )


def _letters(number: int, count: int) -> str:
    """Return a number as capital letters, AA, AB and so on."""
    found = ""
    for _ in range(count):
        number, rest = divmod(number, 26)
        found = chr(ord("A") + rest) + found
    return found
