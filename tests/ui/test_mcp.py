"""The MCP server as another agent meets it: a real client over standard input and output."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from PIL import Image
from skimage import data


def test_another_agent_opens_edits_looks_and_saves(tmp_path: Path) -> None:
    photo, out = tmp_path / "coffee.png", tmp_path / "out.png"
    Image.fromarray(data.coffee()).save(photo)

    async def converse() -> None:
        server = StdioServerParameters(
            command=sys.executable,
            args=["-m", "ui.cli", "mcp"],
            env={**os.environ, "PENTIMENTO_HOME": str(tmp_path / "home")},
        )
        async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
            await session.initialize()

            async def call(name: str, **arguments: Any) -> Any:
                return json.loads((await session.call_tool(name, arguments)).content[0].text)

            names = {tool.name for tool in (await session.list_tools()).tools}
            assert {"open_picture_file", "edit", "history", "look", "save", "operations"} <= names
            assert "recolor" in await call("operations")
            opened = await call("open_picture_file", path=str(photo))
            assert (opened["width"], opened["height"]) == (600, 400)
            ideas = await call("suggest", id=opened["id"], box=[300, 20, 420, 120], count=3)
            assert len(ideas["suggestions"]) == 3
            assert "error" in await call("suggest", id=opened["id"], box=[900, 900, 990, 990])
            done = await call("edit", id=opened["id"], text="make it black and white")
            assert done["steps"][0]["outside_max_diff"] == 0
            asked = await call("edit", id=opened["id"], text="change the color")
            assert asked["steps"][-1]["op"] == "clarify"
            told = await call("history", id=opened["id"])
            assert len(told["versions"]) == 2
            seen = (await session.call_tool("look", {"id": opened["id"]})).content[0]
            assert seen.type == "image"
            assert (await call("save", id=opened["id"], path=str(out)))["saved"] == str(out)
            assert "exists" in (await call("save", id=opened["id"], path=str(out)))["error"]
            assert "error" in await call("edit", id="../../etc", text="brighter")
            assert "error" in await call("open_picture_file", path=str(tmp_path / "none.png"))

    # in a thread of its own: where the browser tests ran before, this one has an event loop already
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, asyncio.wait_for(converse(), 120)).result()
    with Image.open(out) as saved:
        grey = saved.convert("RGB").getpixel((300, 200))
        assert isinstance(grey, tuple)
        assert max(grey) - min(grey) <= 1
