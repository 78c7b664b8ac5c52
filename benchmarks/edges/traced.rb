# Where the calls of a Ruby program lead while it runs, one line of JSON a call site, as compare.py reads it.
#
#     TRUTH_ROOT=DIR TRUTH_OUT=truth.jsonl ruby -r ./benchmarks/edges/traced.rb -I lib -I test -e 'Dir["test/**/*_test.rb"].each { |f| require "./#{f}" }'
#
# Only calls that ran are known, and only where the name called stands on the caller's line. What a site called is all as right;
# a call of `new` is one of its class. Methods written in C, and those of other libraries, are outside.
require "json"

module Traced
  ROOT = "#{File.realpath(ENV.fetch("TRUTH_ROOT"))}/"
  SITES = {}
  CLASSES = Hash.new { |all, owner| all[owner] = [] }
  PLACES = {}
  LINES = Hash.new { |all, path| all[path] = File.readlines(path) rescue [] }
  NAMED = Module.instance_method(:name)

  def self.inside(path)
    return if path.start_with?("<")
    path = File.expand_path(path)
    path.start_with?(ROOT) ? path.delete_prefix(ROOT) : nil
  end

  def self.place(owner, name)
    PLACES[[owner, name]] ||= [begin owner.instance_method(name).source_location rescue nil end]
  end

  def self.met(caller, name, target, made)
    return unless caller && (path = inside(caller.absolute_path || ""))
    line = caller.lineno
    written = LINES[caller.absolute_path][line - 1].to_s
    name = name.to_s
    return unless written.match?(/(?<![\w@:$])#{Regexp.escape(name)}(?![\w?!]|\s*=[^=~>])/) && name.match?(/\A\w+[?!]?\z/)
    called = made ? made[0] : name
    sites = SITES[[path, line, called]] ||= {}
    sites[target && inside(target[0]) ? [inside(target[0]), target[1], made] : nil] = true
  end

  def self.write
    File.open(ENV.fetch("TRUTH_OUT"), "w") do |out|
      SITES.each do |(path, line, name), targets|
        ours = targets.keys.compact
        places = ours.flat_map { |target| [target[0, 2], *(target[2] ? target[2][1] : [])] }.uniq
        row = { path: path, line: line, name: name, target_path: "", target_line: 0 }
        unless ours.empty?
          row[:target_path], row[:target_line] = places[0]
          row[:target_name] = ours[0][2] ? "constructor" : name
          row[:also] = places.drop(1)
        end
        out.puts JSON.generate(row)
      end
    end
  end

  OPENED = TracePoint.new(:class) do |event|
    path = inside(event.path)
    CLASSES[event.self] << [path, event.lineno] if path
  end
  CALLED = TracePoint.new(:call, :c_call) do |event|
    frames = caller_locations(event.event == :call ? 2 : 1, 2)
    name, from = event.callee_id, frames[0]
    if event.method_id == :new && event.event == :c_call
      places = CLASSES.fetch(event.self, [])
      called = NAMED.bind_call(event.self).to_s.split("::").last if Module === event.self
      met(from, name, places[0] && [ROOT + places[0][0], places[0][1]], [called, places]) if called
    elsif event.method_id != :initialize
      location = event.event == :c_call ? place(event.defined_class, event.method_id)[0] : [event.path, event.lineno]
      met(from, name, location, nil)
    end
  end
  at_exit do
    CALLED.disable
    OPENED.disable
    write
  end
  OPENED.enable
  CALLED.enable
end
