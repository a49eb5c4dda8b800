"""Serves the built graph on one machine: pages, SPARQL, graphs and saved questions over HTTP.

One job a module:

* :mod:`~hrdem.serve.limits`: how much one request, one query and all of them together may take.
* :mod:`~hrdem.serve.accept`: which of several media types a client wants.
* :mod:`~hrdem.serve.dataset`: whether a query leaves the graph, by SERVICE or FROM.
* :mod:`~hrdem.serve.source`: the files of the build, opened once.
* :mod:`~hrdem.serve.worker`: the child process that holds the graph and answers.
* :mod:`~hrdem.serve.templates`: the templates of all pages, and their style sheet.
* :mod:`~hrdem.serve.pages`: what a person sees of a thing or of an answer, as HTML.
* :mod:`~hrdem.serve.pool`: the workers, their queue, and their end at the limits.
* :mod:`~hrdem.serve.replies`: answers of workers as HTTP responses.
* :mod:`~hrdem.serve.protocol`: the SPARQL protocol, and of the Graph Store protocol its reading.
* :mod:`~hrdem.serve.things`, :mod:`~hrdem.serve.questions`: the other addresses.
* :mod:`~hrdem.serve.openapi`, :mod:`~hrdem.serve.description`: what the service says of itself.
* :mod:`~hrdem.serve.guards`: limits of requests, headers of safety, the log.
* :mod:`~hrdem.serve.patience`: connections on which nothing comes.
* :mod:`~hrdem.serve.app`: which address leads where.
* :mod:`~hrdem.serve.server`: start and end.

The process that speaks HTTP never opens the graph, and the workers can open nothing but the graph:
they load it from files that were opened at the start, and then give up the right to open files and
connections. Starlette and uvicorn come with the extra ``serve``.
"""
