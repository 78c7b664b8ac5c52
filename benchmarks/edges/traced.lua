-- Where the calls of a Lua program lead while it runs, one line of JSON a call site, as compare.py reads it.
--
--     TRUTH_ROOT=DIR TRUTH_OUT=truth.jsonl lua -l benchmarks.edges.traced tests/test-list.lua
--
-- Only calls that ran are known, and only where the name called stands on the caller's line. What a site called is all as right;
-- functions written in C, and those of other libraries, are outside. Several programs may write to one file, one after the other.
local root, out = os.getenv("TRUTH_ROOT"):gsub("/$", "") .. "/", os.getenv("TRUTH_OUT")
local here = os.getenv("PWD") .. "/"
local sites, lines = {}, {}

local function inside(source)
   if source:sub(1, 1) ~= "@" then return nil end
   local path = source:sub(2):gsub("^%./", "")
   path = path:sub(1, 1) == "/" and path or here .. path
   return path:sub(1, #root) == root and path:sub(#root + 1) or nil
end

local function written(path, line)
   if not lines[path] then
      lines[path] = {}
      local file = io.open(root .. path)
      if file then
         for text in file:lines() do table.insert(lines[path], text) end
         file:close()
      end
   end
   return lines[path][line] or ""
end

local function called()
   local callee, caller = debug.getinfo(2, "Sn"), debug.getinfo(3, "Sl")
   local name = callee.name
   local path = caller and name and name:match("^[%a_][%w_]*$") and inside(caller.source)
   if not path or not written(path, caller.currentline):find("%f[%w_]" .. name .. "%f[^%w_]") then return end
   local key = ("%s\n%d\n%s"):format(path, caller.currentline, name)
   sites[key] = sites[key] or {}
   local target = inside(callee.source)
   if target then sites[key][target .. "\n" .. callee.linedefined] = true end
end

local function write()
   local file = assert(io.open(out, "a"))
   for key, targets in pairs(sites) do
      local path, line, name = key:match("^(.-)\n(%d+)\n(.*)$")
      local places = {}
      for target in pairs(targets) do
         table.insert(places, ('["%s", %s]'):format(target:match("^(.-)\n(%d+)$")))
      end
      local first = places[1] and ('"target_path": %s, "target_line": %s'):format(places[1]:match('^%[(".-"), (%d+)%]$'))
      file:write(('{"path": "%s", "line": %s, "name": "%s", %s, "also": [%s]}\n'):format(
         path, line, name, first or '"target_path": "", "target_line": 0', table.concat(places, ", ", 2)))
   end
   file:close()
end

debug.sethook(called, "c")
local at_exit = setmetatable({}, { __gc = function() debug.sethook() write() end })
debug.getregistry()[{}] = at_exit
