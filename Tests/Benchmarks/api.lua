-- One request again and again; at the end what wrk knows, on one line.
local token, path = os.getenv("BENCH_TOKEN"), os.getenv("BENCH_PATH")
wrk.headers["Authorization"] = token and "Bearer " .. token
wrk.body = os.getenv("BENCH_BODY")
if wrk.body then
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end

function init() request_text = wrk.format(nil, path) end

function request() return request_text end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  print(string.format("result %d %d %d %f", summary.requests, summary.duration, failed, latency:percentile(99)))
end
