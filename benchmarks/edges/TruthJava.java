import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParameterizedTypeTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * What javac says of every call in a repository: java TruthJava.java ROOT [FOLDER...] > truth.jsonl
 *
 * <p>One line of JSON a call site, as compare.py reads it; the target is empty where the callee is defined outside of the
 * folders. What needs a missing library stays unresolved: no line. The target of a
 * construction is the constructor, or the class where nobody wrote one; of an anonymous class, its base.
 */
final class TruthJava extends TreePathScanner<Void, Void> {
  private final Path root;
  private final Trees trees;
  private final SourcePositions positions;
  private final PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);

  private TruthJava(Path root, JavacTask task) {
    this.root = root;
    trees = Trees.instance(task);
    positions = trees.getSourcePositions();
  }

  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]).toRealPath();
    List<Path> sources = new ArrayList<>();
    for (String folder : arguments.length > 1 ? List.of(arguments).subList(1, arguments.length) : List.of("")) {
      try (var found = Files.walk(root.resolve(folder))) {
        found.filter(path -> path.toString().endsWith(".java") && !path.endsWith("module-info.java")).forEach(sources::add);
      }
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
    List<String> options = List.of("-proc:none", "-nowarn", "-Xmaxerrs", "1", "-XDshould-stop.ifError=FLOW");
    JavacTask task = (JavacTask)
        compiler.getTask(null, files, problem -> {}, options, null, files.getJavaFileObjectsFromPaths(sources));
    List<CompilationUnitTree> units = new ArrayList<>();
    task.parse().forEach(units::add);
    task.analyze();
    TruthJava truth = new TruthJava(root, task);
    units.forEach(unit -> truth.scan(unit, null));
    truth.out.flush();
  }

  @Override
  public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
    Tree called = call.getMethodSelect();
    String name = called instanceof MemberSelectTree select
        ? select.getIdentifier().toString()
        : called instanceof IdentifierTree plain ? plain.getName().toString() : "";
    print(called, name, trees.getElement(new TreePath(getCurrentPath(), called)));
    return super.visitMethodInvocation(call, nothing);
  }

  @Override
  public Void visitNewClass(NewClassTree made, Void nothing) {
    Tree named = made.getIdentifier();
    if (named instanceof ParameterizedTypeTree generic) {
      named = generic.getType();
    }
    String written = named.toString();
    Element target = trees.getElement(getCurrentPath());
    if (made.getClassBody() != null && target != null) {
      target = base((TypeElement) target.getEnclosingElement());
    }
    print(named, written.substring(written.lastIndexOf('.') + 1), target);
    return super.visitNewClass(made, nothing);
  }

  /** Returns what an anonymous class extends, or the interface that it implements. */
  private static Element base(TypeElement anonymous) {
    List<? extends TypeMirror> interfaces = anonymous.getInterfaces();
    TypeMirror base = interfaces.isEmpty() ? anonymous.getSuperclass() : interfaces.get(0);
    return base.getKind() == TypeKind.DECLARED ? ((DeclaredType) base).asElement() : null;
  }

  private void print(Tree named, String name, Element target) {
    if (target == null || name.isEmpty()) {
      return;
    }
    if (target.getKind() == ElementKind.METHOD || target.getKind() == ElementKind.CONSTRUCTOR) {
      if (((javax.lang.model.element.ExecutableElement) target).asType().getKind() != TypeKind.EXECUTABLE) {
        return;
      }
    } else if (!target.getKind().isClass() && !target.getKind().isInterface()
        || target.asType().getKind() == TypeKind.ERROR) {
      return;
    }
    CompilationUnitTree unit = getCurrentPath().getCompilationUnit();
    long end = positions.getEndPosition(unit, named);
    if (end < name.length() || !writtenAt(unit, end - name.length(), name)) {
      return; // made by the compiler
    }
    TreePath found = trees.getPath(target);
    TreePath outer = found == null ? null : trees.getPath(target.getEnclosingElement());
    long start = -1;
    if (found != null) {
      start = positions.getStartPosition(found.getCompilationUnit(), found.getLeaf());
      if (start < 0 && outer != null) {
        found = outer;
        start = positions.getStartPosition(found.getCompilationUnit(), found.getLeaf());
      }
    }
    String targetName = target.getKind() == ElementKind.CONSTRUCTOR
        ? target.getEnclosingElement().getSimpleName().toString()
        : target.getSimpleName().toString();
    out.printf(
        "{\"path\": \"%s\", \"line\": %d, \"name\": \"%s\", \"target_path\": \"%s\", \"target_line\": %d, \"target_name\": \"%s\"}%n",
        path(unit), line(unit, end - 1), name, start < 0 ? "" : path(found.getCompilationUnit()),
        start < 0 ? 0 : line(found.getCompilationUnit(), start), targetName);
  }

  private boolean writtenAt(CompilationUnitTree unit, long start, String name) {
    try {
      return name.contentEquals(unit.getSourceFile().getCharContent(true).subSequence((int) start, (int) start + name.length()));
    } catch (IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }

  private String path(CompilationUnitTree unit) {
    return root.relativize(Path.of(unit.getSourceFile().toUri())).toString().replace('\\', '/');
  }

  private static long line(CompilationUnitTree unit, long position) {
    return unit.getLineMap().getLineNumber(position);
  }
}
