// What go/types says of every call in a repository: go run truth_go.go ROOT > truth.jsonl
//
// One line of JSON a call site, as compare.py reads it. The target is empty where the callee is defined outside of ROOT, or is a
// value (a parameter, a field); a variable of a package is not counted; conversions and builtins are left out. "also" are the
// functions that take the target's place when built for another system or with other tags. Packages of ROOT and of the
// standard library are read from source; others are taken for empty, and what depends on them stays unresolved: no line.
package main

import (
	"bufio"
	"encoding/json"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

type row struct {
	Path       string  `json:"path"`
	Line       int     `json:"line"`
	Name       string  `json:"name"`
	TargetPath string  `json:"target_path"`
	TargetLine int     `json:"target_line"`
	Also       [][]any `json:"also,omitempty"`
	Counted    bool    `json:"counted"`
}

type loader struct {
	root     string
	files    *token.FileSet
	modules  map[string]string // the path of each module, by its folder
	parsed   map[string]*ast.File
	packages map[string]*types.Package
	variants map[string][][]any // places of functions in files not built here, by folder and name with receiver
	standard types.ImporterFrom
	out      *json.Encoder
}

var moduleLine = regexp.MustCompile(`(?m)^\s*module\s+"?([^\s"]+)`)

func main() {
	root, err := filepath.Abs(os.Args[1])
	if err != nil {
		panic(err)
	}
	build.Default.CgoEnabled = false
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	files := token.NewFileSet()
	l := &loader{root, files, map[string]string{}, map[string]*ast.File{}, map[string]*types.Package{},
		map[string][][]any{}, importer.ForCompiler(files, "source", nil).(types.ImporterFrom), json.NewEncoder(out)}
	var folders []string
	filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			if entry.Name() == "testdata" || (strings.HasPrefix(entry.Name(), ".") && path != root) {
				return filepath.SkipDir
			}
			folders = append(folders, path)
			if text, err := os.ReadFile(filepath.Join(path, "go.mod")); err == nil {
				if found := moduleLine.FindSubmatch(text); found != nil {
					l.modules[path] = string(found[1])
				}
			}
		}
		return nil
	})
	if len(os.Args) > 2 { // ROOT is a folder of module MODULE: the standard library's own is "std"
		l.modules[root] = os.Args[2]
	}
	for _, folder := range folders {
		plain, inner, outer := l.sources(folder)
		l.check(l.path(folder), append(plain, inner...))
		l.check(l.path(folder)+"_test", outer)
	}
}

// path returns the import path of a folder.
func (l *loader) path(folder string) string {
	for around := folder; ; around = filepath.Dir(around) {
		if module, ok := l.modules[around]; ok {
			inner, _ := filepath.Rel(around, folder)
			return strings.TrimPrefix(filepath.ToSlash(filepath.Join(module, inner)), "std/")
		}
		if around == l.root || around == "/" {
			return folder
		}
	}
}

// sources parses a folder's files that are built here: those of the package, its tests, and those of the test package.
func (l *loader) sources(folder string) (plain, inner, outer []*ast.File) {
	names, _ := filepath.Glob(filepath.Join(folder, "*.go"))
	for _, name := range names {
		file, known := l.parsed[name]
		if !known {
			file, _ = parser.ParseFile(l.files, name, nil, parser.SkipObjectResolution)
			if match, err := build.Default.MatchFile(folder, filepath.Base(name)); file != nil && (err != nil || !match) {
				l.vary(folder, file)
				file = nil
			}
			l.parsed[name] = file
		}
		switch {
		case file == nil:
		case !strings.HasSuffix(name, "_test.go"):
			if len(plain) == 0 || plain[0].Name.Name == file.Name.Name {
				plain = append(plain, file)
			}
		case strings.HasSuffix(file.Name.Name, "_test"):
			outer = append(outer, file)
		default:
			inner = append(inner, file)
		}
	}
	return
}

// vary notes the functions of a file that is not built here.
func (l *loader) vary(folder string, file *ast.File) {
	for _, declared := range file.Decls {
		if function, ok := declared.(*ast.FuncDecl); ok {
			owner := ""
			if function.Recv != nil && len(function.Recv.List) == 1 {
				owner = strings.TrimPrefix(types.ExprString(function.Recv.List[0].Type), "*")
			}
			at := l.files.Position(function.Name.Pos())
			key := folder + ":" + owner + "." + function.Name.Name
			l.variants[key] = append(l.variants[key], []any{l.inside(at.Filename), at.Line})
		}
	}
}

func (l *loader) Import(path string) (*types.Package, error) { return l.ImportFrom(path, l.root, 0) }

func (l *loader) ImportFrom(path, folder string, mode types.ImportMode) (*types.Package, error) {
	if found := l.packages[path]; found != nil {
		return found, nil
	}
	for around, module := range l.modules {
		if inner := strings.TrimPrefix(path+"/", module+"/"); inner != path+"/" || module == "std" {
			plain, _, _ := l.sources(filepath.Join(around, inner))
			if len(plain) > 0 {
				l.packages[path] = types.NewPackage(path, plain[0].Name.Name) // what imports itself ends here
				l.packages[path], _ = l.config().Check(path, l.files, plain, nil)
				return l.packages[path], nil
			}
		}
	}
	if !strings.Contains(strings.SplitN(path, "/", 2)[0], ".") {
		return l.standard.ImportFrom(path, folder, mode)
	}
	last := regexp.MustCompile(`/v\d+$|\.v\d+$`).ReplaceAllString(path, "")
	l.packages[path] = types.NewPackage(path, filepath.Base(last))
	return l.packages[path], nil // not complete: its names are unknown, and no error is made of them
}

func (l *loader) config() *types.Config {
	return &types.Config{Importer: l, Error: func(error) {}, FakeImportC: true, DisableUnusedImportCheck: true}
}

// check type-checks files as one package and prints their calls.
func (l *loader) check(path string, files []*ast.File) {
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	if len(files) > 0 {
		l.config().Check(path, l.files, files, info)
	}
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			if call, ok := node.(*ast.CallExpr); ok {
				if name := called(call.Fun); name != nil {
					l.print(name, info.Uses[name])
				}
			}
			return true
		})
	}
}

// called returns the last name of what is called.
func called(function ast.Expr) *ast.Ident {
	switch found := function.(type) {
	case *ast.Ident:
		return found
	case *ast.SelectorExpr:
		return found.Sel
	case *ast.ParenExpr:
		return called(found.X)
	case *ast.IndexExpr:
		return called(found.X)
	case *ast.IndexListExpr:
		return called(found.X)
	}
	return nil
}

func (l *loader) print(name *ast.Ident, target types.Object) {
	at := l.files.Position(name.Pos())
	made := row{Path: l.inside(at.Filename), Line: at.Line, Name: name.Name, Counted: true}
	switch found := target.(type) {
	case *types.Func:
		target = found.Origin()
		if found.Pkg() != nil && !found.Pos().IsValid() {
			return // of a package that could not be loaded
		}
	case *types.Var:
		made.Counted = false
		if found.Pkg() == nil || found.Parent() != found.Pkg().Scope() {
			l.out.Encode(made)
			return
		}
	default:
		return
	}
	defined := l.files.Position(target.Pos())
	if made.TargetPath = l.inside(defined.Filename); made.TargetPath != "" {
		made.TargetLine = defined.Line
		made.Also = l.variants[filepath.Dir(defined.Filename)+":"+owner(target)+"."+name.Name]
	}
	l.out.Encode(made)
}

// owner returns the name of the type whose method a function is.
func owner(target types.Object) string {
	signature, ok := target.Type().(*types.Signature)
	if !ok || signature.Recv() == nil {
		return ""
	}
	held := signature.Recv().Type()
	if pointer, ok := held.(*types.Pointer); ok {
		held = pointer.Elem()
	}
	if named, ok := held.(*types.Named); ok {
		return named.Obj().Name()
	}
	return ""
}

func (l *loader) inside(path string) string {
	inner, err := filepath.Rel(l.root, path)
	if err != nil || path == "" || strings.HasPrefix(inner, "..") {
		return ""
	}
	return filepath.ToSlash(inner)
}
