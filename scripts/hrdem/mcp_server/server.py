"""The tools and resources as an MCP server, by the official SDK."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import anyio
import anyio.to_thread
import mcp_types as types
from mcp import MCPError
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from hrdem import __version__
from hrdem.errors import HrdemError
from hrdem.mcp_server import resources
from hrdem.mcp_server.tools import Toolbox

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

    from hrdem.project import Project

    Context = ServerRequestContext[Any]
    Page = types.PaginatedRequestParams | None

AT_ONCE: Final = 4
"""How many calls are answered at once; further ones wait."""

INSTRUCTIONS: Final = (
    "A knowledge graph of the EU's human rights and democracy policy towards the rest of the world:"
    " which instruments were adopted, which priorities they set, what followed what, who decided it"
    " and for how long. Each tool that is named like a question asks a saved one; `find` gives the"
    " names of things; `why` shows the words behind facts. Every fact rests on words of a document:"
    " when you pass a fact on, pass on its words and its document too, and say when it is disputed,"
    " derived, or a judgement of the graph. What is in no answer is not known to the graph; `why`"
    " lists what was looked for and not found."
)


def make_server(project: Project, seconds: float) -> Server[Any]:
    """Return the server over the built graph of a project.

    Args:
        project: the project.
        seconds: how long a client's own SPARQL query may take.

    Raises:
        HrdemError: if nothing has been built.
    """
    toolbox = Toolbox(project, seconds)
    limiter = anyio.CapacityLimiter(AT_ONCE)

    async def list_tools(context: Context, page: Page) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=tool.name,
                    title=tool.title,
                    description=tool.description,
                    input_schema=tool.takes,
                    output_schema=tool.gives,
                    annotations=types.ToolAnnotations(
                        read_only_hint=True,
                        destructive_hint=False,
                        idempotent_hint=True,
                        open_world_hint=False,
                    ),
                )
                for tool in toolbox.tools.values()
            ]
        )

    async def call_tool(
        context: Context, called: types.CallToolRequestParams
    ) -> types.CallToolResult:
        if called.name not in toolbox.tools:
            raise MCPError(types.INVALID_PARAMS, f"There is no tool {called.name!r}.")
        try:
            given = await anyio.to_thread.run_sync(
                toolbox.call, called.name, called.arguments or {}, limiter=limiter
            )
        except HrdemError as problem:
            # Not an error of the protocol: the model that called reads it and can do better.
            return types.CallToolResult(
                content=[types.TextContent(text=str(problem))], is_error=True
            )
        return types.CallToolResult(
            content=[types.TextContent(text=given.text)], structured_content=given.structured
        )

    async def list_resources(context: Context, page: Page) -> types.ListResourcesResult:
        return types.ListResourcesResult(
            resources=[
                types.Resource(
                    uri=each.uri,
                    name=each.name,
                    title=each.title,
                    description=each.description,
                    mime_type=each.media_type,
                )
                for each in resources.RESOURCES
            ]
        )

    async def list_templates(context: Context, page: Page) -> types.ListResourceTemplatesResult:
        template = types.ResourceTemplate(
            uri_template=resources.QUESTION,
            name="question",
            title="One saved question",
            description="The SPARQL of a saved question, as its file has it.",
            mime_type=resources.SPARQL,
        )
        return types.ListResourceTemplatesResult(resource_templates=[template])

    async def read_resource(
        context: Context, wanted: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        try:
            text, media_type = await anyio.to_thread.run_sync(
                resources.read, toolbox, wanted.uri, limiter=limiter
            )
        except HrdemError as problem:
            raise MCPError(types.INVALID_PARAMS, str(problem)) from problem
        content = types.TextResourceContents(uri=wanted.uri, mime_type=media_type, text=text)
        return types.ReadResourceResult(contents=[content])

    async def complete(
        context: Context, wanted: types.CompleteRequestParams
    ) -> types.CompleteResult:
        names = resources.names_like(toolbox, wanted.argument.value)
        return types.CompleteResult(
            completion=types.Completion(
                values=names[:100], total=len(names), has_more=len(names) > 100
            )
        )

    return Server(
        "hrdem",
        version=__version__,
        title="HRDem",
        description="The EU's human rights and democracy policy, with the words behind each fact",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
        on_completion=complete,
    )


def run(project: Project, seconds: float, port: int | None) -> None:
    """Serve until the client goes away, on standard input and output or on a loopback port.

    Raises:
        HrdemError: if nothing has been built, or the port is taken.
    """
    server = make_server(project, seconds)
    if port is None:
        anyio.run(_stdio, server)
        return
    import socket

    import uvicorn

    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen()
    except OSError as problem:
        raise HrdemError(
            f"Port {port} cannot be used: {problem.strerror}. Name another one with --port."
        ) from problem
    with listening:
        sys.stderr.write(f"Serving at http://127.0.0.1:{port}/mcp until Ctrl-C.\n")
        # Without sessions, since no call depends on another; so there is nothing to pile up.
        app = server.streamable_http_app(stateless_http=True, json_response=True)
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run([listening])


async def _stdio(server: Server[Any]) -> None:
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())
