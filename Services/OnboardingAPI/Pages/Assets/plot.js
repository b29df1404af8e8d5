// Values per second over the last events of a job, as a line.
const width = 240;
const height = 48;
const most = 60;
const points = [];
let last = null;

/** Takes a job as an event shows it, and draws the rate between it and the one before. */
export function plot(svg, job) {
  const now = { lease: job.rewrap_lease_id, at: performance.now(), processed: job.processed };
  if (last?.lease !== now.lease) points.length = 0;
  else if (now.at > last.at) points.push(Math.max(0, (now.processed - last.processed) * 1000 / (now.at - last.at)));
  last = now;
  if (points.length > most) points.shift();
  svg.removeAttribute("hidden");
  const peak = Math.max(...points, 1);
  const x = (index) => (points.length < 2 ? 0 : index * width / (points.length - 1));
  const y = (rate) => height - 2 - rate / peak * (height - 4);
  svg.firstElementChild.setAttribute("points", points.map((rate, index) => `${x(index).toFixed(1)},${y(rate).toFixed(1)}`).join(" "));
}
