// What a C# compiler made of every call in an assembly, one line of JSON a call instruction, as truth_bytecode.py reads it.
//
//     mcs -target:library -debug -out:DIR/name.dll FILES...
//     mcs -r:Mono.Cecil.dll,Mono.Cecil.Mdb.dll,Mono.Cecil.Rocks.dll -out:truth.exe TruthCSharp.cs
//     mono truth.exe ROOT DIR/name.dll > calls.jsonl
//
// A line has the statement's beginning by the debug symbols, the method called, and the last line that its definition is known
// by (0 for one without a body: truth_bytecode.py looks that up in the source). The compiler writes a call of a virtual method as
// one of the class that declares it first, whichever override the object's type has: "overrides" are all there are.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Mdb;
using Mono.Cecil.Rocks;

static class TruthCSharp
{
    static string root;
    static readonly Dictionary<string, List<MethodDefinition>> overrides = new Dictionary<string, List<MethodDefinition>>();

    static void Main(string[] given)
    {
        root = Path.GetFullPath(given[0]).TrimEnd('/') + "/";
        var reading = new ReaderParameters { ReadSymbols = true, SymbolReaderProvider = new MdbReaderProvider() };
        var module = ModuleDefinition.ReadModule(given[1], reading);
        foreach (var method in module.GetTypes().SelectMany(t => t.Methods).Where(m => m.IsVirtual && m.IsReuseSlot && m.HasBody))
        {
            var first = method.GetOriginalBaseMethod();
            if (!overrides.ContainsKey(first.FullName))
                overrides[first.FullName] = new List<MethodDefinition>();
            if (first != method)
                overrides[first.FullName].Add(method);
        }
        foreach (var type in module.GetTypes())
            foreach (var method in type.Methods.Where(m => m.HasBody))
                Print(method);
    }

    static void Print(MethodDefinition method)
    {
        SequencePoint at = null;
        foreach (var instruction in method.Body.Instructions)
        {
            if (Shown(instruction.SequencePoint))
                at = instruction.SequencePoint;
            var called = instruction.Operand as MethodReference;
            if (called == null || at == null || Relative(at) == "" || !IsCall(instruction.OpCode))
                continue;
            var target = called.Resolve();
            bool ours = target != null && target.Module == method.Module;
            var defined = ours ? Defined(target) : null;
            if (ours && defined == null && target.HasBody && !IsConstructor(target))
                continue; // made by the compiler
            var others = target != null && instruction.OpCode == OpCodes.Callvirt && overrides.ContainsKey(target.FullName)
                ? overrides[target.FullName].Select(Defined).Where(p => p != null && Relative(p) != "") : new SequencePoint[0];
            Console.WriteLine("{{\"path\": {0}, \"line\": {1}, \"column\": {2}, \"owner\": {3}, \"name\": {4}, " +
                "\"parameters\": [{5}], \"target_path\": {6}, \"target_line\": {7}, \"ours\": {8}, \"overrides\": [{9}]}}",
                Quoted(Relative(at)), at.StartLine, at.StartColumn, Quoted(called.DeclaringType.GetElementType().FullName),
                Quoted(called.Name), string.Join(", ", called.GetElementMethod().Parameters.Select(p => Quoted(p.ParameterType.Name))),
                Quoted(defined == null ? "" : Relative(defined)), defined == null ? 0 : defined.StartLine, ours ? "true" : "false",
                string.Join(", ", others.Select(p => "[" + Quoted(Relative(p)) + ", " + p.StartLine + "]")));
        }
    }

    static bool IsCall(OpCode code)
    {
        return code == OpCodes.Call || code == OpCodes.Callvirt || code == OpCodes.Newobj;
    }

    static bool IsConstructor(MethodDefinition method)
    {
        return method.Name == ".ctor";
    }

    // The last place in a method (the fields that a constructor sets come first), of an iterator the last in what it became.
    static SequencePoint Defined(MethodDefinition method)
    {
        if (!method.HasBody)
            return null;
        var last = method.Body.Instructions.Select(i => i.SequencePoint).LastOrDefault(Shown);
        var made = method.Body.Instructions.Select(i => Type(i.Operand))
            .FirstOrDefault(t => t != null && t.Name.StartsWith("<" + method.Name + ">"));
        var moves = made == null ? null : made.Methods.FirstOrDefault(m => m.Name == "MoveNext" && m.HasBody);
        if (moves != null)
            last = moves.Body.Instructions.Select(i => i.SequencePoint).LastOrDefault(Shown) ?? last;
        return last;
    }

    static TypeDefinition Type(object operand)
    {
        var method = operand as MethodReference;
        var variable = operand as VariableDefinition;
        var type = operand as TypeReference ?? (method != null ? method.DeclaringType : variable != null ? variable.VariableType : null);
        return type == null || !type.GetElementType().IsNested ? null : type.Resolve();
    }

    static bool Shown(SequencePoint point)
    {
        return point != null && point.StartLine > 0 && point.StartLine < 0xfeefee;
    }

    static string Relative(SequencePoint point)
    {
        var path = Path.GetFullPath(point.Document.Url);
        return path.StartsWith(root) ? path.Substring(root.Length) : "";
    }

    static string Quoted(string text)
    {
        return "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";
    }
}
