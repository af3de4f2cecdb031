"""What a person touches: the chat page, the canvas, the command line, the MCP server."""
