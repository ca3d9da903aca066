-- One heart rate reading per request, each with a timestamp of its own.
-- wrk ... -s heartrate.lua URL -- DEVICE TOKEN FIRST_SECOND
local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function init(arguments)
    device, token = arguments[1], arguments[2]
    -- 2,000 seconds of milliseconds for each thread of a run.
    second = tonumber(arguments[3]) + number * 2000
    millisecond = 0
    day = os.date("!%Y-%m-%dT%H:%M:%S", second)
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/json"
    wrk.headers["Authorization"] = "Bearer " .. token
    template = '{"device_id":"' .. device .. '","timestamp":"%s.%03dZ","bpm":%d.%d,"confidence":0.%02d}'
end

function request()
    local body = string.format(template, day, millisecond, 50 + millisecond % 100, millisecond % 10, millisecond % 99 + 1)
    millisecond = millisecond + 1
    if millisecond == 1000 then
        millisecond = 0
        second = second + 1
        day = os.date("!%Y-%m-%dT%H:%M:%S", second)
    end
    return wrk.format(nil, nil, nil, body)
end
