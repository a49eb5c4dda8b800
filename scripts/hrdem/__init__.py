"""HRDem: the EU's human rights and democracy policy towards the rest of the world, as a graph.

The package builds the graph from the files of the project, checks it, and answers questions from
it. Data flow one way, and no module imports a later one: documents, sparql, queries, rules, build,
check, store, answers, then what passes answers on (load, serve, mcp_server, site), and
the command line (cli).
"""

__version__ = "0.1.0"
