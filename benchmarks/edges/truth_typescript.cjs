/* What the TypeScript compiler says of every call in a repository of TypeScript or JavaScript, one line of JSON a call site, as
   compare.py reads it. In a folder where typescript is installed (npm install typescript):

     node .../benchmarks/edges/truth_typescript.cjs ROOT [FILES] > truth.jsonl

   Of more than FILES files, FILES are drawn evenly. Calls are call, new and JSX expressions whose callee is a name or ends in
   one. The root's tsconfig.json gives paths and conditions; packages of the repository itself are found by their names, others
   stay unresolved: no line. */
"use strict"
const { createRequire } = require("node:module")
const { execFileSync } = require("node:child_process")
const fs = require("node:fs")
const path = require("node:path")
const ts = createRequire(path.join(process.cwd(), "x.js"))("typescript")

const root = fs.realpathSync(process.argv[2])
const most = Number(process.argv[3] ?? 400)
const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root, maxBuffer: 1 << 28 })
const names = listed.toString().split("\n").filter(Boolean)
const sources = names
  .filter(name => /\.[cm]?[jt]sx?$/.test(name) && !/(^|\/)(node_modules|dist)\/|\.min\.js$|\.d\.[cm]?ts$/.test(name))
  .filter(name => fs.existsSync(path.join(root, name)))
const packages = new Map()
for (const name of names.filter(name => /(^|\/)package\.json$/.test(name) && !name.includes("node_modules/"))) {
  try {
    const { name: called } = JSON.parse(fs.readFileSync(path.join(root, name), "utf8"))
    if (called) packages.set(called, path.join(root, path.dirname(name)))
  } catch {} // a package.json that is a test's bad input
}

const options = {
  ...configured(),
  allowJs: true, checkJs: false, noEmit: true, skipLibCheck: true, types: [], jsx: ts.JsxEmit.Preserve,
  target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"], maxNodeModuleJsDepth: 0,
}
const host = ts.createCompilerHost(options)
const beside = name => /\.d\.[cm]?ts$/.test(name) && fs.existsSync(name.replace(/\.d\.([cm]?)ts$/, ".$1js"))
const exists = host.fileExists
host.fileExists = name => exists(name) && !(name.startsWith(root + "/") && beside(name)) // the implementation, not its types
host.resolveModuleNameLiterals = (literals, from) =>
  literals.map(({ text }) => {
    const found = ts.resolveModuleName(text, from, options, host)
    return found.resolvedModule ? found : { resolvedModule: inPackage(text) }
  })
const program = ts.createProgram(sources.map(name => path.join(root, name)), options, host)
const checker = program.getTypeChecker()
const step = Math.max(1, sources.length / most)
for (let place = 0; place < sources.length; place += step) {
  const file = program.getSourceFile(path.join(root, sources[Math.floor(place)]))
  if (file) visit(file, file)
}

function configured() {
  const file = path.join(root, "tsconfig.json")
  if (!fs.existsSync(file)) return {}
  const parsed = ts.getParsedCommandLineOfConfigFile(file, {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic() {} })
  const { paths, baseUrl, pathsBasePath, customConditions } = parsed?.options ?? {}
  return { paths, baseUrl, pathsBasePath, customConditions }
}

function inPackage(text) {
  const parts = text.split("/")
  const called = parts.slice(0, text.startsWith("@") ? 2 : 1).join("/")
  const folder = packages.get(called)
  if (!folder) return undefined
  const inner = text.slice(called.length + 1)
  const tried = inner ? [inner, `src/${inner}`] : ["src/index", "index", "lib/index"]
  for (const base of tried)
    for (const ending of ["", ".ts", ".tsx", ".js", ".mjs", "/index.ts", "/index.js"]) {
      const resolvedFileName = path.join(folder, base + ending)
      if (/\.[cm]?[jt]sx?$/.test(resolvedFileName) && fs.existsSync(resolvedFileName))
        return { resolvedFileName, extension: path.extname(resolvedFileName), isExternalLibraryImport: false }
    }
}

function visit(node, file) {
  const callee =
    ts.isCallExpression(node) || ts.isNewExpression(node) ? node.expression
    : ts.isJsxOpeningElement(node) || ts.isJsxSelfClosingElement(node) ? node.tagName
    : undefined
  const name = callee && (ts.isPropertyAccessExpression(callee) ? callee.name : callee)
  if (name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name))) site(node, name, file)
  ts.forEachChild(node, child => visit(child, file))
}

function site(node, name, file) {
  const symbol = checker.getSymbolAtLocation(name)
  if (!symbol || checker.isUnknownSymbol(symbol)) return
  const found = declared(symbol, 0)
  if (!found) return
  let targets = found.filter(target => target.kind === "definition")
  let counted = true
  if (!targets.length) {
    // a value: the function that the compiler knows it to be is a right answer too
    const declaration = ts.isCallLikeExpression(node) && checker.getResolvedSignature(node)?.declaration
    const called = declaration ? judged(declaration, 0) : []
    targets = found.filter(target => target.kind === "variable").concat(called.filter(t => t.kind === "definition"))
    counted = false
  }
  const { line } = file.getLineAndCharacterOfPosition(name.getStart(file))
  const row = { path: path.relative(root, file.fileName), line: line + 1, name: name.text }
  const [first, ...others] = targets
  Object.assign(row, { target_path: first?.path ?? "", target_line: first?.line ?? 0 })
  if (first) row.target_name = first.name
  if (first && !counted) row.counted = false
  if (others.length) row.also = others.map(target => [target.path, target.line])
  console.log(JSON.stringify(row))
}

/* The places where a symbol is declared, null where an import leads nowhere. */
function declared(symbol, depth) {
  if (symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol)
  if (checker.isUnknownSymbol(symbol) || !symbol.declarations) return null
  return symbol.declarations.flatMap(declaration => judged(declaration, depth))
}

function judged(declaration, depth) {
  const file = declaration.getSourceFile()
  if (!file) return []
  const inside = file.fileName.startsWith(root + "/") && !file.fileName.includes("/node_modules/")
  if (!inside) return [{ kind: "outside" }]
  if (ts.isShorthandPropertyAssignment(declaration)) {
    const value = checker.getShorthandAssignmentValueSymbol(declaration)
    return (value && depth < 8 && declared(value, depth + 1)) || []
  }
  if (ts.isParameter(declaration) || ts.isBindingElement(declaration)) return [{ kind: "value" }]
  const place = named(declaration)
  const { line } = file.getLineAndCharacterOfPosition(place.getStart(file))
  const target = { path: path.relative(root, file.fileName), line: line + 1, name: place.name ?? textOf(place) }
  if (
    (ts.isFunctionLike(declaration) && !ts.isFunctionTypeNode(declaration) && !ts.isCallSignatureDeclaration(declaration)) ||
    ts.isClassLike(declaration)
  )
    return [{ ...target, kind: "definition" }]
  const value = valueOf(declaration)
  if (value && (ts.isFunctionExpression(value) || ts.isArrowFunction(value) || ts.isClassExpression(value)))
    return [{ ...target, kind: "definition" }]
  if (value && ts.isIdentifier(value) && !ts.isVariableDeclaration(declaration) && depth < 8) {
    const meant = checker.getSymbolAtLocation(value) // exports.a = a, { a: b }
    const found = meant && declared(meant, depth + 1)
    if (found) return found
  }
  const local = ts.isVariableDeclaration(declaration) && ts.findAncestor(declaration, ts.isFunctionLike)
  return [{ ...target, kind: local ? "value" : "variable" }]
}

function named(declaration) {
  if (ts.isFunctionExpression(declaration) || ts.isArrowFunction(declaration) || ts.isClassExpression(declaration)) {
    const holder = declaration.parent
    const whole = ts.isBinaryExpression(holder) && holder.left.getText() === "module.exports"
    if (whole) return declaration.name ?? declaration
    if (ts.isBinaryExpression(holder)) return named(holder)
    if (holder.name) return holder.name
  }
  if (ts.isBinaryExpression(declaration)) {
    if (declaration.left.getText() === "module.exports") return declaration.right.name ?? declaration.right
    declaration = declaration.left
  }
  if (ts.isPropertyAccessExpression(declaration)) return declaration.name
  return declaration.name ?? declaration
}

function textOf(node) {
  if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node) || ts.isStringLiteralLike(node)) return node.text
  return ts.isConstructorDeclaration(node) || ts.isConstructSignatureDeclaration(node) ? "constructor" : "default"
}

function valueOf(declaration) {
  const holder = declaration.parent && ts.isBinaryExpression(declaration.parent) ? declaration.parent : declaration
  let value = ts.isBinaryExpression(holder) ? holder.right : declaration.initializer
  while (value && (ts.isAsExpression(value) || ts.isParenthesizedExpression(value) || ts.isSatisfiesExpression(value)))
    value = value.expression
  return value
}
