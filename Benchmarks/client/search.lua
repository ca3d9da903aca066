-- One question per request, from a file of paths, each connection's thread from the beginning.
-- wrk ... -s search.lua URL -- TOKEN FILE
function init(arguments)
    wrk.headers["Authorization"] = "Bearer " .. arguments[1]
    requests = {}
    for path in io.lines(arguments[2]) do
        requests[#requests + 1] = wrk.format("GET", path)
    end
    last = 0
end

function request()
    last = last % #requests + 1
    return requests[last]
end

-- The table that --latency prints has no 95th percentile.
function done(summary, latency)
    io.write(string.format("  95%% %.3fms\n", latency:percentile(95) / 1000))
end
