"""The graph, read once for all pages, with what each of its facts rests on.

What is said of a thing here is the same as what :func:`hrdem.why.explain` finds by asking, in the
same order; asking once for every thing would take minutes.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from hrdem import __version__, html, queries, rulepages, serialise, why
from hrdem import vocabulary as v
from hrdem.build import MANIFEST
from hrdem.check import rulebook
from hrdem.errors import HrdemError
from hrdem.site import page, words
from hrdem.store import EmbeddedStore

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from hrdem.project import Project

    Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

FOLDER = "site"
"""Name of the folder of the templates."""
FEW = 8
"""How many groups of values of one property are open to see at once."""
NAMED = "hrdem.nq"
"""The file of the built graph that says in which graph each triple stands."""

_DERIVED = v.GRAPH + "derived-"
_LABELS = (v.SKOS + "prefLabel", v.DCTERMS + "title", v.RDFS + "label")


class Fact(NamedTuple):
    """A fact that passages state.

    Attributes:
        iri: of its statement node.
        triple: what is stated.
        standing: IRI of its standing.
        passages: IRIs of the passages that state it, sorted.
    """

    iri: str
    triple: ox.Triple
    standing: str
    passages: tuple[str, ...]


class Graph:
    """The built graph in memory.

    Args:
        quads: its named layout.

    Attributes:
        about: subject to its triples, in the order of :func:`hrdem.serialise.turtle`.
        pointing: object to the triples that lead to it, in the same order.
        rules: triple that a rule derived to the name of the rule.
        facts: what passages state, by triple.
        facts_of: subject to the facts about it.
        facts_on: object to the facts that lead to it.
        facts_in: passage to the facts that it states.
    """

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self.rules: dict[ox.Triple, str] = {}
        merged = set()
        for quad in quads:
            merged.add(quad.triple)
            name = v.value(quad.graph_name) if isinstance(quad.graph_name, ox.NamedNode) else ""
            if name.startswith(_DERIVED):
                rule = name.removeprefix(_DERIVED)
                self.rules[quad.triple] = min(rule, self.rules.get(quad.triple, rule))
        self.about: dict[str, list[ox.Triple]] = defaultdict(list)
        self.pointing: dict[str, list[ox.Triple]] = defaultdict(list)
        for triple in sorted(merged, key=serialise.reading_order):
            self.about[v.value(triple.subject)].append(triple)
            if isinstance(triple.object, ox.NamedNode):
                self.pointing[triple.object.value].append(triple)
        # Looking must not make a key.
        self.about, self.pointing = dict(self.about), dict(self.pointing)
        self.facts: dict[ox.Triple, Fact] = {}
        self.facts_of: dict[str, list[Fact]] = defaultdict(list)
        self.facts_on: dict[str, list[Fact]] = defaultdict(list)
        self.facts_in: dict[str, list[Fact]] = defaultdict(list)
        for node in self.subjects(v.RDF_TYPE, v.RDF_STATEMENT):
            fact = self._fact(node)
            self.facts[fact.triple] = fact
            self.facts_of[v.value(fact.triple.subject)].append(fact)
            if isinstance(fact.triple.object, ox.NamedNode):
                self.facts_on[fact.triple.object.value].append(fact)
            for passage in fact.passages:
                self.facts_in[passage].append(fact)

    def _fact(self, iri: str) -> Fact:
        parts = {triple.predicate.value: triple.object for triple in self.about[iri]}
        subject, predicate = parts[v.RDF_SUBJECT], parts[v.RDF_PREDICATE]
        assert isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode)
        return Fact(
            iri,
            ox.Triple(subject, predicate, parts[v.RDF_OBJECT]),
            v.value(parts[v.STANDING]),
            tuple(self.values(iri, v.SUPPORTED_BY)),
        )

    def objects(self, subject: str, predicate: str) -> list[Term]:
        """Return the values of a property, in order."""
        return [t.object for t in self.about.get(subject, ()) if t.predicate.value == predicate]

    def values(self, subject: str, predicate: str) -> list[str]:
        """Return the values of a property as text: IRIs and lexical forms, in order."""
        return [v.value(each) for each in self.objects(subject, predicate)]

    def first(self, subject: str, predicate: str) -> str:
        """Return the first value of a property as text, "" if it has none."""
        return next(iter(self.values(subject, predicate)), "")

    def subjects(self, predicate: str, value: str) -> list[str]:
        """Return what has a thing as value of a property, in order."""
        return [
            v.value(t.subject)
            for t in self.pointing.get(value, ())
            if t.predicate.value == predicate
        ]


@dataclass
class Site:
    """Everything that the modules of the site make their pages from.

    Attributes:
        project: the project.
        manifest: what ``build/manifest.json`` says.
        store: the graph, to ask.
        graph: the graph, read already.
        web: the folder of the query engine and the editor, None for a site without them.
    """

    project: Project
    manifest: dict[str, Any]
    store: EmbeddedStore
    graph: Graph
    web: Path | None = None

    @classmethod
    def read(cls, project: Project, web: Path | None = None) -> Site:
        """Return the site of the built graph of a project.

        Args:
            project: the project, whose graph has been built.
            web: the folder of :func:`hrdem.site.assets.ready`, None for a site without it.

        Raises:
            HrdemError: if nothing has been built, or what was built cannot be read.
        """
        named = project.build / NAMED
        try:
            manifest = json.loads((project.build / MANIFEST).read_text("utf-8"))
            quads = list(ox.parse(path=str(named), format=ox.RdfFormat.N_QUADS))
        except FileNotFoundError:
            raise HrdemError(
                "The graph has not been built yet. Run `hrdem build` first.", path=named
            ) from None
        except (OSError, SyntaxError, ValueError) as problem:
            raise HrdemError(
                f"The graph cannot be read: {problem}. Run `hrdem build` to make it anew.",
                path=named,
            ) from problem
        return cls(project, manifest, EmbeddedStore.open(project), Graph(quads), web)

    @cached_property
    def context(self) -> serialise.Context:
        """The names that JSON-LD is written with."""
        path = self.project.ontology / "context.jsonld"
        return serialise.Context(json.loads(path.read_text("utf-8")), path)

    # --- what there is ----------------------------------------------------------------------------

    @cached_property
    def things(self) -> dict[str, list[str]]:
        """Kind to the IRIs of its things, sorted; the kinds in their usual order."""
        found: dict[str, list[str]] = {kind: [] for kind in v.KINDS}
        for iri in sorted(self.graph.about):
            kind = v.kind_of(iri)
            if kind is not None:
                found[kind].append(iri)
        return found

    @cached_property
    def passages(self) -> dict[str, list[str]]:
        """Document to the IRIs of its passages, in the order in which they stand in it."""
        found: dict[str, list[str]] = defaultdict(list)
        for passage in self.graph.subjects(v.RDF_TYPE, v.PASSAGE):
            found[passage.partition("#")[0]].append(passage)
        return {document: sorted(each, key=self._place) for document, each in found.items()}

    def _place(self, passage: str) -> tuple[float, float, int, str]:
        """Return what passages of one document are sorted by: where they stand."""
        start, paragraph = (
            float(self.graph.first(passage, name) or "inf") for name in (v.START, v.PARAGRAPH)
        )
        return start, paragraph, words.rank(self.graph.first(passage, v.LOCATOR)), passage

    @cached_property
    def known(self) -> frozenset[str]:
        """The IRIs that the site has places for."""
        things = (iri for each in self.things.values() for iri in each)
        passages = (iri for each in self.passages.values() for iri in each)
        terms = (iri for iri in self.graph.about if iri.startswith(v.HRDEM))
        saved = (v.QUERY + each.name for each in self.questions)
        return frozenset((*things, *passages, *terms, *saved))

    @cached_property
    def questions(self) -> tuple[queries.SavedQuery, ...]:
        """The saved questions."""
        return tuple(queries.load_catalogue(self.project))

    @cached_property
    def layers(self) -> tuple[rulebook.Layer, ...]:
        """The rules of a check, by layer."""
        return rulebook.read_layers(self.project)

    @cached_property
    def places(self) -> dict[str, str]:
        """The IRIs of statements and rules, and where the site has each.

        A statement is found on the page of its subject.
        """
        statements = {
            fact.iri: f"{page.address(v.value(fact.triple.subject), self.known)}"
            f"#s-{fact.iri.removeprefix(v.STATEMENT)}"
            for fact in self.graph.facts.values()
        }
        return statements | rulepages.addresses(self.layers)

    # --- addresses and names ----------------------------------------------------------------------

    def link(self, iri: str, origin: str) -> str:
        """Return where a link to an IRI leads, "" if it can lead nowhere.

        Args:
            iri: what it is to lead to.
            origin: path of the page that has the link.
        """
        path = page.address(iri, self.known) or self.places.get(iri, "")
        if path:
            return page.relative(path, origin)
        return "" if iri.startswith(v.BASE) else page.web_address(iri)

    @cached_property
    def labels(self) -> dict[str, str]:
        """IRI to its English preferred label."""
        found: dict[str, str] = {}
        for iri, triples in self.graph.about.items():
            for triple in triples:
                value = triple.object
                if (
                    triple.predicate.value == v.SKOS + "prefLabel"
                    and isinstance(value, ox.Literal)
                    and value.language == "en"
                ):
                    found[iri] = min(value.value, found.get(iri, value.value))
        return found

    def label(self, iri: str) -> str:
        """Return what to call a thing, term or address: its label, or else its short name.

        Something elsewhere is called what the link says that it is called there.
        """
        if iri in self.labels:
            return self.labels[iri]
        for mapping in self.graph.subjects(v.OWL + "annotatedTarget", iri):
            for name in self.graph.values(mapping, v.SSSOM + "object_label"):
                return name
        for name in _LABELS:
            for value in self.graph.objects(iri, name):
                if isinstance(value, ox.Literal) and value.language in ("en", None):
                    return value.value
        return v.shorten(iri).strip("<>")

    def kinds(self, iri: str) -> list[str]:
        """Return the narrowest classes of a thing that have a label, sorted by it."""
        classes = set(self.graph.values(iri, v.RDF_TYPE))
        broader = {
            above
            for each in classes
            for above in self.graph.values(each, v.RDFS + "subClassOf")
            if above != each
        }
        return sorted((each for each in classes - broader if each in self.labels), key=self.label)

    def kind(self, iri: str) -> str:
        """Return what kind a thing is of, in words: the labels of its narrowest classes.

        Where the graph gives its classes no labels, they are called as :mod:`words` says.
        """
        narrowest = [self.label(each) for each in self.kinds(iri)]
        classes = set(self.graph.values(iri, v.RDF_TYPE))
        others = [name for each, name in words.CLASSES.items() if each in classes]
        return ", ".join(narrowest or others[:1])

    def anchor_of(self, claim: why.Claim) -> str:
        """Return the anchor of a stated fact on the page of its subject, "" of any other claim."""
        subject, prop = ox.NamedNode(claim.subject), ox.NamedNode(claim.property)
        fact = self.graph.facts.get(ox.Triple(subject, prop, claim.value))
        return "" if fact is None else f"s-{fact.iri.removeprefix(v.STATEMENT)}"

    # --- what is said of a thing ------------------------------------------------------------------

    @cached_property
    def evidence(self) -> dict[str, why.Evidence]:
        """The passages by IRI, with their words and where they stand."""
        passages = sorted(iri for each in self.passages.values() for iri in each)
        return {each.passage: each for each in why.read_evidence(self.store, passages)}

    def claims(self, thing: str) -> list[why.Claim]:
        """Return what :func:`hrdem.why.explain` returns for a thing."""
        graph = self.graph
        facts = {*graph.facts_of.get(thing, ()), *graph.facts_on.get(thing, ())}
        near = {
            v.value(fact.triple.subject)
            for fact in graph.facts_on.get(thing, ())
            if fact.triple.predicate.value in why.NEAR
        }
        for node in near:
            facts.update(graph.facts_of.get(node, ()))
        claims = [
            self._claim(fact.triple, fact.standing, why.STATED, fact.passages) for fact in facts
        ]
        stated = {fact.triple for fact in facts}
        others = {triple for node in (thing, *near) for triple in graph.about.get(node, ())}
        others.update(graph.pointing.get(thing, ()))
        for triple in others - stated:
            basis = why.basis_of(v.value(triple.subject), triple.predicate.value, thing)
            if basis is not None:
                claims.append(self._claim(triple, v.ACCEPTED, basis))
        return why.arranged(claims, thing)

    def _claim(
        self, triple: ox.Triple, standing: str, basis: str, passages: Iterable[str] = ()
    ) -> why.Claim:
        assert isinstance(triple.object, ox.NamedNode | ox.Literal)
        return why.Claim(
            v.value(triple.subject),
            triple.predicate.value,
            triple.object,
            self.labels,
            standing,
            basis,
            tuple(self.evidence[each] for each in passages),
            self.graph.rules.get(triple, "") if basis == why.DERIVED else "",
        )

    def gaps(self, thing: str) -> list[why.Gap]:
        """Return what :func:`hrdem.why.gaps` returns for a thing."""
        return sorted(map(self.gap, self.graph.subjects(v.HRDEM + "unknownOf", thing)))

    def gap(self, unknown: str) -> why.Gap:
        """Return what is not known, from the IRI that it has."""
        graph = self.graph
        prop = graph.first(unknown, v.HRDEM + "unknownProperty")
        sources = (self.label(each) for each in graph.values(unknown, v.HRDEM + "lookedAt"))
        return why.Gap(
            label=self.label(unknown),
            property=self.labels.get(prop) or (prop and v.shorten(prop)),
            looked_at=(*sorted(sources), *graph.values(unknown, v.HRDEM + "lookedAtNote")),
            asked_on=graph.first(unknown, v.HRDEM + "askedOn"),
            remark=graph.first(unknown, v.RDFS + "comment"),
        )

    # --- pages ------------------------------------------------------------------------------------

    @cached_property
    def env(self) -> Any:  # noqa: ANN401 (Jinja is imported when a page is made)
        """What renders the templates of the site."""
        return html.environment(
            FOLDER,
            rulepages.FILTERS,
            rulepages.FOLDER,
            **rulepages.NAMES,
            version=__version__,
            navigation=page.NAVIGATION,
            search=page.SEARCH,
            engine=self.web is not None,
            label=self.label,
            kind=self.kind,
            kinds=self.kinds,
            anchor_of=self.anchor_of,
            accepted=v.ACCEPTED,
            standing=why.standing_in_words,
            day=words.day,
            lowered=words.lowered,
            raised=words.raised,
            property_name=lambda iri: words.NAMES.get(iri) or self.label(iri),
            rdf_type=v.RDF_TYPE,
            is_date=words.is_date,
            few=FEW,
        )

    def page(self, path: str, template: str, **names: Any) -> page.Page:  # noqa: ANN401
        """Return a page made from a template.

        Args:
            path: where the page is, from the root of the site.
            template: name of the template.
            names: what it is rendered with, beside ``path``, ``root`` (what leads to the root) and
                ``href``, which gives for an IRI where a link leads.
        """
        text = self.env.get_template(template).render(
            path=path,
            root=page.root(path),
            href=lambda iri: self.link(iri, path),
            to=lambda target: page.relative(target, path),
            **{"iri": "", **names},
        )
        return page.Page(path, text)
