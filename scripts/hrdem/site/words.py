"""How pages speak: groups of facts, a property read backwards, days and lists in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from hrdem import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Sequence

GROUPS: Final = {
    "what": "Basics",
    "when": "When",
    "who": "Who",
    "relations": "Relations to others",
    "content": "What is in it",
    "themes": "Themes",
    "said": "What documents say",
    "numbers": "Names and numbers",
    "source": "The source",
    "figures": "Figures",
}
"""Groups of facts, in the order of a page, with their headings."""

CLASSES: Final = {
    v.FOAF + "Person": "Person",
    v.ORG + "OrganizationalUnit": "Part of a body",
    v.ORG + "Organization": "Body",
    v.ORG + "Post": "Post",
    v.SKOS + "Concept": "Theme",
    v.SKOS + "ConceptScheme": "List of themes",
    v.DCTERMS + "Location": "Place",
}
"""Names of classes of other vocabularies, to which the graph gives no label; narrow ones first."""


class Phrase:
    """How a property is shown.

    Args:
        group: the group that its facts belong to.
        backwards: what to call the subjects on the page of the object, "" if there are none.
        backwards_group: the group there; the same one by default.
    """

    def __init__(self, group: str, backwards: str = "", backwards_group: str = "") -> None:
        self.group = group
        self.backwards = backwards
        self.backwards_group = backwards_group or group


def _own(**phrases: Phrase) -> dict[str, Phrase]:
    return {v.HRDEM + name: phrase for name, phrase in phrases.items()}


def _numbers(*names: str) -> dict[str, Phrase]:
    return {v.HRDEM + name: Phrase("numbers") for name in names}


PHRASES: Final[dict[str, Phrase]] = {
    v.RDF_TYPE: Phrase("what"),
    **_own(
        # relations between instruments
        directlySucceeds=Phrase("relations", "Directly succeeded by"),
        succeeds=Phrase("relations", "Succeeded by"),
        implements=Phrase("relations", "Implemented by"),
        buildsOn=Phrase("relations", "Built on by"),
        extends=Phrase("relations", "Extended by"),
        prolongs=Phrase("relations", "Prolonged by"),
        amends=Phrase("relations", "Amended by"),
        approves=Phrase("relations", "Approved by"),
        proposes=Phrase("relations", "Proposed by"),
        reviews=Phrase("relations", "Reviewed by"),
        monitors=Phrase("relations", "Monitored by"),
        accompanies=Phrase("relations", "Accompanied by"),
        complements=Phrase("relations", "Complemented by"),
        tasks=Phrase("relations", "Given tasks by"),
        basedOn=Phrase("relations", "Basis of"),
        establishes=Phrase("relations", "Established by"),
        partOf=Phrase("relations", "Has as parts", "content"),
        governs=Phrase("relations", "Governed by"),
        welcomes=Phrase("relations", "Welcomed by"),
        supports=Phrase("relations", "Supported by"),
        contributesTo=Phrase("relations", "Contributed to by"),
        oversees=Phrase("relations", "Overseen by"),
        replacesPeriod=Phrase("relations", "Replaced by"),
        carriesOn=Phrase("relations", "Carried on by"),
        leadsTo=Phrase("relations", "Comes from"),
        consequenceOf=Phrase("relations", "Leads to"),
        worsens=Phrase("relations", "Worsened by"),
        affects=Phrase("relations", "Affected by"),
        directedAgainst=Phrase("relations", "Object of"),
        reflects=Phrase("relations", "Reflected in"),
        servesPrinciple=Phrase("relations", "Served by"),
        # time
        date=Phrase("when"),
        notLaterThan=Phrase("when"),
        notEarlierThan=Phrase("when"),
        ongoingOn=Phrase("when"),
        earliest=Phrase("when"),
        latest=Phrase("when"),
        start=Phrase("when"),
        end=Phrase("when"),
        knownFrom=Phrase("when"),
        dueBy=Phrase("when"),
        periodOf=Phrase("when", "Periods"),
        decidedBy=Phrase("who", "Fixes the time of", "relations"),
        inMeeting=Phrase("when", "What happened in it", "content"),
        takesPlaceIn=Phrase("when", "What took place here"),
        concerns=Phrase("what", "What happened", "when"),
        # people and bodies
        carriedOutBy=Phrase("who", "Carried out"),
        chairedBy=Phrase("who", "Chaired"),
        authoredBy=Phrase("who", "Author of"),
        addressedTo=Phrase("who", "Addressee of"),
        publishedBy=Phrase("who", "Publisher of"),
        responsible=Phrase("who", "Responsible for"),
        hasForewordBy=Phrase("who", "Wrote the foreword of"),
        policyOf=Phrase("who", "Policies"),
        speaker=Phrase("who", "Speaker in", "said"),
        committedParty=Phrase("who", "Committed in", "said"),
        addressee=Phrase("who", "Addressed in", "said"),
        ofPost=Phrase("who", "Mandates"),
        chairs=Phrase("who", "Chaired by"),
        worksUnder=Phrase("who", "Works under it"),
        hasTask=Phrase("what"),
        seat=Phrase("what", "Seat of"),
        # content
        provisionOf=Phrase("what", "Parts and priorities", "content"),
        parentProvision=Phrase("what", "Parts", "content"),
        number=Phrase("what"),
        letter=Phrase("what"),
        code=Phrase("what"),
        levelName=Phrase("what"),
        order=Phrase("what"),
        readFromVersion=Phrase("what", "Read from it"),
        setsOut=Phrase("content", "Set out in"),
        scope=Phrase("what", "Scope of"),
        legalForce=Phrase("what", "What is so"),
        legalBasis=Phrase("what"),
        byProcedure=Phrase("what"),
        note=Phrase("what"),
        quantity=Phrase("what"),
        unit=Phrase("what"),
        inField=Phrase("what"),
        usesMeans=Phrase("what"),
        hasAim=Phrase("content", "Aim of", "what"),
        # themes
        hasTheme=Phrase("themes", "With this theme"),
        continuesFocusOn=Phrase("themes", "Continue to focus on it"),
        givesAttentionTo=Phrase("themes", "Give attention to it"),
        newIn=Phrase("themes", "New themes"),
        droppedIn=Phrase("themes", "Dropped themes"),
        isFocusOf=Phrase("themes", "Has as focus"),
        # what documents say
        about=Phrase("said", "About it"),
        expressedIn=Phrase("said", "Expressed in it"),
        announces=Phrase("said", "Announced in"),
        refersTo=Phrase("said", "Referred to in"),
        pointsTo=Phrase("said", "Pointed to by"),
        shares=Phrase("said", "Shared by"),
        figureOf=Phrase("what", "Figures", "figures"),
        # documents
        copyOf=Phrase("source", "Copies and editions", "source"),
        reproduces=Phrase("source", "Reproduced in"),
        embeds=Phrase("source", "Embedded in"),
        issuedIn=Phrase("source", "Issued here"),
        sourceKind=Phrase("source", "Sources of this kind"),
        address=Phrase("source"),
        readOn=Phrase("source"),
        textFile=Phrase("source"),
        sha256=Phrase("source"),
        account=Phrase("source"),
        accountName=Phrase("source"),
        mentionsAccount=Phrase("source"),
        hashtag=Phrase("source"),
        link=Phrase("source", "Linked from"),
    ),
    **_numbers(
        *("identifier", "registerNumber", "comNumber", "joinNumber", "swdNumber", "celexNumber"),
        *("ojReference", "eliUri", "isbn", "doi", "catalogueNumber", "pressNumber"),
        *("procedureNumber", "actNumber", "adoptedTextNumber", "subjectCode"),
    ),
    v.DCTERMS + "title": Phrase("numbers"),
    v.SKOS + "altLabel": Phrase("numbers"),
    v.DCTERMS + "issued": Phrase("when"),
    v.DCTERMS + "language": Phrase("source", "In this language"),
    v.DCTERMS + "creator": Phrase("who", "Creator of"),
    v.DCTERMS + "publisher": Phrase("who", "Publisher of"),
    v.OWL + "differentFrom": Phrase("what", "Not the same as", "what"),
    v.ORG + "member": Phrase("who", "Mandates"),
    v.ORG + "holds": Phrase("who", "Held by"),
    v.ORG + "organization": Phrase("who", "Mandates in it"),
    v.ORG + "memberDuring": Phrase("when"),
    v.ORG + "classification": Phrase("what", "Bodies of this kind"),
    v.ORG + "role": Phrase("what", "Posts with this role"),
    v.ORG + "postIn": Phrase("who", "Posts"),
    v.ORG + "unitOf": Phrase("who", "Parts"),
    v.ORG + "linkedTo": Phrase("who", "Linked to"),
    v.ORG + "reportsTo": Phrase("who", "Reports to it"),
}
"""Each property that pages show, and how."""

OTHERS: Final = Phrase("what")
"""How any other property is shown."""

NAMES: Final = {
    v.RDF_TYPE: "Kind",
    v.DCTERMS + "title": "Title",
    v.DCTERMS + "issued": "Issued",
    v.DCTERMS + "language": "Language",
    v.DCTERMS + "creator": "Creator",
    v.DCTERMS + "publisher": "Publisher",
    v.SKOS + "altLabel": "Also called",
    v.OWL + "differentFrom": "Not the same as",
    v.ORG + "member": "Person",
    v.ORG + "holds": "Holds or held the post",
    v.ORG + "organization": "Body",
    v.ORG + "memberDuring": "During",
    v.ORG + "classification": "Classified as",
    v.ORG + "role": "Role",
    v.ORG + "postIn": "Post in",
    v.ORG + "unitOf": "Part of",
    v.ORG + "linkedTo": "Linked to",
    v.ORG + "reportsTo": "Reports to",
    v.SKOS + "broader": "Broader theme",
    v.SKOS + "narrower": "Narrower themes",
}
"""What to call properties of other vocabularies, which have no label in the graph."""

FOLDED: Final = frozenset(
    v.HRDEM + name for name in ("earliest", "latest", "knownFrom", "identifier", "order")
) | {v.ORG + "memberDuring"}
"""Properties whose derived values only repeat, in another form, what is said beside them."""

MATCHES: Final = {
    v.OWL + "sameAs": "the same",
    v.SKOS + "exactMatch": "the same",
    v.SKOS + "closeMatch": "nearly the same",
    v.SKOS + "broadMatch": "broader",
    v.SKOS + "narrowMatch": "narrower",
    v.SKOS + "relatedMatch": "related",
    v.RDFS + "seeAlso": "see also",
    v.DCTERMS + "type": "its type",
    v.ORG + "classification": "its class",
    v.ORG + "role": "its role",
    v.HRDEM + "isFocusOf": "its subject",
    v.HRDEM + "usesCode": "its code",
}
"""How a thing elsewhere relates to one of the graph, by the property of the link."""

PLACES: Final = {
    "http://eurovoc.europa.eu/": "EuroVoc",
    "http://publications.europa.eu/resource/authority/": "EU authority table",
    "http://publications.europa.eu/resource/celex/": "CELLAR, by CELEX number",
    "http://data.europa.eu/eli/": "ELI",
    "http://www.wikidata.org/": "Wikidata",
    "https://data.europarl.europa.eu/": "European Parliament",
    "https://sws.geonames.org/": "GeoNames",
    "http://metadata.un.org/sdg": "Sustainable Development Goals",
    "https://w3id.org/dpv/": "Rights of the EU Charter (DPV)",
}
"""What stands where addresses begin so."""

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)


_DATES: Final = frozenset(v.XSD + name for name in ("date", "gYear", "gYearMonth"))


def phrase(property: str) -> Phrase:
    """Return how a property is shown."""
    return PHRASES.get(property, OTHERS)


def is_date(term: object) -> bool:
    """Return whether a term is a date of any precision."""
    return isinstance(term, ox.Literal) and term.datatype.value in _DATES


_RANKS: Final = {
    **dict.fromkeys(("title", "headline", "head", "cover", "opening"), 0),
    **{
        word: number
        for number, word in enumerate(
            (
                *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"),
                *("ninth", "tenth", "eleventh", "twelfth"),
            ),
            start=1,
        )
    },
    "last": 99,
}


def rank(locator: str) -> int:
    """Return about how far on in a document something stands, by the first word that tells where.

    Args:
        locator: the place in words, such as *third paragraph*.
    """
    word = re.match(r"[a-z]*", locator.lower())
    return _RANKS.get(word[0] if word else "", 50)


def place_of(address: str) -> str:
    """Return what an address elsewhere belongs to, in words."""
    found = (name for start, name in PLACES.items() if address.startswith(start))
    return next(found, re.sub(r"^https?://(?:www\.)?([^/]+).*", r"\1", address))


def day(text: str) -> str:
    """Return a date of any precision in words: ``2015-07-20`` as *20 July 2015*."""
    if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
        return text
    year, month, number = [*text.split("-"), "", ""][:3]
    words = [str(int(number))] if number else []
    return " ".join([*words, *([_MONTHS[int(month) - 1]] if month else []), year])


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence: *a, b and c*."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def lowered(name: str) -> str:
    """Return a name as it stands within a sentence; one that begins with an acronym stays."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def raised(name: str) -> str:
    """Return a name as it stands at the beginning of a line."""
    return name[:1].upper() + name[1:]


def with_article(name: str) -> str:
    """Return a noun after its indefinite article."""
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
