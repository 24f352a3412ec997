-- load.lua - what wrk sends: lines of a file (BENCH_LINES: METHOD, path, body, with
-- tabs between), or one line with a number that is never the same (BENCH_UNIQUE).

local count = 0

function setup(thread)
	thread:set("number", count)
	count = count + 1
end

local function headers(body)
	local h = { ["Authorization"] = "Bearer " .. (os.getenv("BENCH_TOKEN") or "") }
	if body then
		h["Content-Type"] = "application/scim+json"
	end
	return h
end

local function split(line)
	local method, path, body = line:match("^(%S+)\t(%S+)\t?(.*)$")
	if body == "" then
		body = nil
	end
	return method, path, body
end

local made, at, unique = {}, 0, nil

function init(args)
	unique = os.getenv("BENCH_UNIQUE")
	local threads, n = tonumber(os.getenv("BENCH_THREADS") or "1"), 0
	local file = os.getenv("BENCH_LINES")
	if not file then
		return
	end
	-- lines come in blocks, and a block goes to one thread
	local block = tonumber(os.getenv("BENCH_BLOCK") or "1")
	for line in io.lines(file) do
		if math.floor(n / block) % threads == number % threads then
			local method, path, body = split(line)
			made[#made + 1] = wrk.format(method, path, headers(body), body)
		end
		n = n + 1
	end
end

function request()
	at = at + 1
	if unique then
		local id = string.format("%s-%d-%d", os.getenv("BENCH_ROUND") or "0", number, at)
		local method, path, body = split((unique:gsub("@N@", id)))
		return wrk.format(method, path, headers(body), body)
	end
	return made[(at - 1) % #made + 1]
end
