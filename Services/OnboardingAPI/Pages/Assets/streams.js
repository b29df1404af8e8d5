// Server-Sent Events, of a request that is no plain GET too (WHATWG HTML, section 9.2).

/** Yields `{event, data}` of a `text/event-stream` answer; data parsed as JSON. */
export async function* events(response) {
  let text = "";
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    text += part;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const event = parse(text.slice(0, end));
      text = text.slice(end + 2);
      if (event) yield event;
    }
  }
}

function parse(block) {
  const lines = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s, 2)));
  return lines.data === undefined ? null : { event: lines.event ?? "message", data: JSON.parse(lines.data) };
}
