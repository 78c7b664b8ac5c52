"""Ways in which people ask: templates by kind, with what they name, and ways of writing a name or a sentence carelessly."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

ONE = {
    "definition": """
        where is X defined? | where's X | Where does X live? | find X | show me X | show me the definition of X
        | which file is X in? | what file defines X | locate X | I'm looking for X | where can I find X?
        | can you show me where X is declared? | where is X implemented? | go to definition of X
        | in which file is X declared | give me the source of X | X | where do we define X | tell me where X is defined
        | where in the code base is X? | what is X? | jump to X | I need the definition of X | where was X defined
        | which module contains X? | point me to X | where exactly is X declared? | where does the definition of X stand?
        | open X | find where X is defined | what line is X on? | find the code of X |
        hey, quick one: which file has X in it? | X definition | def of X | whre is X defind | Point me at X | open X |
        I can't find where X lives | In which file and line do we define X? | where's X? | goto X | What file should I
        open to edit X? | I need to change X. Where do I look? | Where does X come from? | Find the implementation of X
        | source location for X, please | where on earth is „X“ implemented | Tell me the file that holds the body of X
        | Where has X been declared in this repo? | which line does X start on | Where was X put? | Jump to the
        declaration of X. | X: where? | where can I see the code for X | In what source file would I find X? | find
        symbol X | Who defines X? | location of the X definition | Give me path and line number of X.
    """,
    "callers": """
        call hierarchy of X | who calls X? | what calls X | which functions call X? | callers of X | list all callers of X
        | where is X called? | where is X called from | find all call sites of X | show me every place that calls X
        | where do we call X? | which methods invoke X? | who invokes X | list every function that invokes X
        | call sites of X | what code calls X | from where is X called? | X is called by whom? | who is calling X?
        | what are the callers of X? | is X called anywhere? | which parts of the code call X? | give me the callers of X
        | X callers | find the functions calling X | what invokes X? | show callers for X | incoming calls of X
        | find everything that calls X | tell me who calls X |
        who uses X | Who is calling X? | callers of X | X callers | What invokes X? | I'm about to delete X; what calls
        it? | show every place that calls X | What functions depend on X by calling it? | find usages of X | list all
        functions that call X directly | where do we call X | Is X called from anywhere? From where? | wich functions
        call X | Which code paths invoke X in this repo? | Give me the incoming calls of X | From which functions is X
        reached directly? | everything that calls into X | Before I change the signature of X: who calls it today? |
        What in this codebase makes use of X? | X is called by whom? | Name the functions whose bodies contain a call to
        X | Where is X getting invoked? | Which functions trigger X? | caller list for X | where X is used | find
        references to X
    """,
    "callees": """
        what does X call? | which functions does X call? | callees of X | list the functions called by X
        | what is called by X | what functions are called inside X? | which helpers does X use? | what does X invoke
        | outgoing calls of X | show me the callees of X | what gets called from X | which methods are invoked by X?
        | what does X depend on? | functions that X calls | what other functions does X use? | list everything X calls
        | what calls does X make? |
        what does X call | callees of X | X callees | Which functions does X invoke? | What does X depend on? | list
        outgoing calls of X | What helper functions does X rely on? | functions used inside X | what's called inside X?
        | Which of our own functions are invoked in the body of X? | What do we call from X? | show me everything X
        calls directly | which fucntions does X call? | From within X, what other functions get called? | What other
        project code does X use? | Tell me the direct dependencies (calls) of X | what gets called by X | Inside X,
        which local functions run? | calls made by X | What functions are being called in X? | Name each function that X
        delegates to | List what X uses internally. | which internal functions does the body of X use | what happens to
        be invoked by X? | the functions X calls, please | What does X invoke?
    """,
    "references": """
        is X ever used? | in which files is X mentioned? | where is X used? | who uses X | find all usages of X
        | references to X | where is X referenced? | all uses of X | show me the usages of X | what uses X?
        | where do we use X | find references to X | list every use of X | usages of X
        | if I rename X, which files do I have to touch? | which files would change if I renamed X?
        | I want to rename X, what needs to change? | what files refer to X | which places reference X?
        | where in the code is X being used? | find every mention of X | X usages | what would I need to edit to rename X?
        | rename X: which files are affected?
    """,
    "rename": """
        I want to rename X | what breaks if I rename X? | If I rename X, which files have to change? | rename X: which
        files? | Which files would I have to touch to rename X? | files affected by renaming X | list all files that
        mention X so I can rename it | Which files need to be edited when X gets a new name? | What would a rename of X
        touch? | Renaming X - what else must be updated? | I'm going to rename X, where do I have to edit? | impact of
        renaming X | which files refer to X (tests included)? | If X got a different name, which files would need
        updating? | wich files change if i rename X | Every file, tests too, that references X | How many files would
        need to change to rename X, and which? | What files contain references to X? I plan to rename it. | Suppose we
        give X another name. What files are affected? | blast radius of renaming X | show me all files where the name X
        must be replaced | which files use the name X, product and tests
    """,
    "subclasses": """
        which class extends X directly? | subclasses of X | what inherits from X? | which classes extend X
        | who implements X? | what are the subclasses of X | list the implementations of X | classes derived from X
        | which types implement X? | what extends X | children of X | find all implementers of X
        | which classes are derived from X? | list classes inheriting from X | what types embed X? | show all subclasses of X
        | what subclasses X? | X subclasses | implementations of X | which structs implement X
        | find every class that inherits X |
        subclasses of X | X subclasses | which classes extend X | Who inherits from X? | what derives from X | children
        of X | List everything that is derived from X | Which types have X as a base class? | classes inheriting X |
        show the class hierarchy below X | What classes are based on X? | direct descendants of X | Are there any
        classes that extend X? which? | X is the parent of which classes? | Which classes specialise X? | derived
        classes of X | find all classes with superclass X | what are the child classes for X | Which class definitions
        name X as base? | wich clases inherit from X? | who extends X | Give me the immediate subclasses of X. | What
        extends X in this repo? | what kinds of X are there | list the implementations of X |
        who implements X | implementors of X | implementations of X | X implementations | Which structs satisfy X? |
        what types satisfy the X interface | Which classes implement X? | Find everything that conforms to X. | List the
        concrete types behind X | What implements the interface X? | show me all impls of X | Which types can be used as
        a X? | types implementing X | who is implementing X? | wich types implment X | Is there any type that implements
        X? | Name the structs that provide X | what are the concrete implementations of X here | which objects fulfil
        the X contract? | interface X: implemented by? | Give me a list of types with an implementation of X | all
        implementers of X please
    """,
    "importers": """
        who imports P? | which files import P | importers of P | what imports P? | where is P imported?
        | list all files that import P | which modules depend on P? | what depends on P | show me who imports P
        | find the files importing P | files that include P | dependents of P | where do we import P?
        | which files have an import of P? |
        who imports P | importers of P | which files import P | what depends on P | Which files pull in P? | files that
        use module P | Where is P imported? | list all the imports of P | Who depends on the module P? | which source
        files have an import of P | P is imported by which files? | reverse dependencies of P | Show every file
        importing P | wich files import P? | Which modules rely on P? | find files that load P | Is P imported anywhere?
        | Who is importing P? | modules depending on P | From where is P imported? | Give me all files with a dependency
        on P. |
        who includes P | which files include P? | Where is P #included? | List the C files which include P | what
        includes P | P is included from where? | Which sources pull in P? | importers of P | Which translation units
        include P?
    """,
    "longest": """
        what are the 5 longest functions in P? | list the 5 biggest functions in P | which functions in P are the longest?
        | longest functions in P | show the largest methods in P | top 5 functions by lines in P
        | which 5 functions in P have the most lines? | rank functions in P by length | biggest functions of P |
        longest functions in P | 5 longest functions in P | What are the five longest functions under P? | Which
        functions in P have the most lines? | biggest methods in P | top 5 functions of P by length | Show the 5 largest
        functions in P | Which 5 functions are the longest in P? | rank functions in P by line count, first 5 | what are
        the top five functions by number of lines in P | Where are the huge functions in P? | List the five lengthiest
        functions of P | the 5 functions with the most lines of code in P | In P, which functions are longest? Give
        five. | function size ranking for P, top 5 | which functions within P are too long? | wich are the 5 longest
        funtions in P? | Sort the functions of P by size and give me the first 5. | name five of the longest functions
        in P | largest 5 functions (LOC) in P
    """,
    "complex": """
        most complex functions in P | which functions in P have the highest cyclomatic complexity?
        | list the 5 most complex functions in P | what are the most complicated functions in P?
        | rank functions in P by complexity | show the most complex methods in P | what is the most complex code in P |
        most complex functions in P | 5 most complex functions in P | Which functions in P are the most complicated? |
        top five by cyclomatic complexity in P | highest cyclomatic complexity in P, top 5 | What are the 5 most complex
        functions under P? | hardest functions to understand in P by complexity | Which functions in P have the most
        branches? | rank functions in P by complexity | List the five functions with the greatest cyclomatic complexity
        in P. | complexity hot spots in P | Which 5 functions of P have the largest McCabe number? | functions with most
        decision points in P | In P, what are the most convoluted functions? | cyclomatic complexity ranking of P | wich
        functions in P are most complex | Show the five functions in P with the highest McCabe complexity | where is the
        branching worst in P? top 5 | five most tangled functions in P | Which functions have the highest complexity in
        P?
    """,
    "unused": """
        which functions in P have no callers | what is unused in P? | unused functions in P | dead code in P
        | find functions in P that are never used | which functions in P are never called? | is there any dead code in P?
        | list functions in P nobody uses | which definitions in P are not referenced anywhere?
        | find unreferenced functions in P |
        unused functions in P | dead code in P | Which functions in P are never called? | Is there any dead code in P? |
        what in P is unused | functions of P nobody uses | list functions in P without any callers | which functions
        from P can be deleted safely? | Are there unreferenced functions in P? | find unreferenced symbols in P | what
        can I remove from P? | Which functions defined in P are not used anywhere? | anything in P that is never used? |
        wich functions in P are unused? | Show orphaned functions in P | functions in P that have no usages | Which
        methods of P aren't called by anyone? | dead functions in P | Does P contain functions that are not referenced
        elsewhere? | obsolete functions in P? | which functions in P are not mentioned anywhere else in non-test code |
        What is defined in P but not used in the product code?
    """,
    "cycles": """
        are there import cycles in P? | circular imports in P | does P have circular dependencies?
        | find cyclic imports involving P | is P part of an import cycle? | which modules import each other in P
        | list the import cycles through P | dependency cycles in P | show circular includes in P |
        import cycles | are there circular imports? | circular dependencies involving P | Is P part of a circular
        import? | does P take part in an import cycle | find import cycles with P | which modules form a cycle with P? |
        Which files are in a dependency loop with P? | does P import itself indirectly? | cyclic imports around P | Show
        me the cycle that P is in | import loops that include P | Which circular dependencies does P have? | is P in a
        cylce? | Does anything P imports import it back? | what import cycles go through P | List the circular import
        groups containing P | any mutual imports with P? | Check P for circular imports. | dependency cycle P | Do we
        have cyclic dependencies through P?
    """,
    "raises": """
        where is E raised? | who raises E | which functions raise E? | where do we throw E? | what code throws E
        | find all places where E is raised | list functions that throw E | where does E get raised? | what raises E?
        | places that raise E | in which functions is E thrown? |
        who raises E | where is E raised | where do we throw E? | what throws E | Which functions raise E? | functions
        that throw E | E is thrown where? | Find all the places that raise E | which code can throw E | List functions
        raising E | what methods throw E explicitly | In which methods is E thrown? | where are E exceptions created and
        thrown | Show the throw sites of E | who is throwing E? | wich functions raise E? | Which methods can fail with
        E? | places where E gets raised | which functions contain raise E | What causes E to be raised? | Give me every
        function which throws E.
    """,
    "settings": """
        where is the env var V read? | which code reads the environment variable V?
        | where do we read V from the environment? | what reads env var V | find uses of the environment variable V
        | where is the config key V read? | what does the environment variable V do
        | which files look at the V environment variable? | where is the V env variable used? |
        where is V read | who reads V | Where is the env var V used? | which code looks at V? | find reads of the V
        environment variable | What reads environment variable V? | Where is V consulted? | In which line is V looked
        up? | which lines read the environment variable V | where does V come in? | V env var | Where does the code get
        the value of V from the environment? | wher is the enviroment variable V read? | Which function picks up V? |
        Show me where V is fetched from the environment. | what uses the V environment setting? | is V honoured
        anywhere? where | where's os env V evaluated | code that respects V | setting V - where is it read?
    """,
    "public_api": """
        what is the public API of P? | public interface of P | what does P export? | list the exported functions of P
        | which functions are exported by P? | what public functions does P define? | show the public api of P | exports of P
        | what does P offer to its users? | list the public classes of P | which names does P export? |
        public api of P | What does P export? | exports of P | Which functions and classes are public in P? | List the
        public symbols of P | what can I use from P | What is exposed by P? | What does P offer to other code? | show me
        the exported names in P | Which identifiers does P make available? | Give me the interface of P | public surface
        of P | what's visible outside of P | P: public functions? | Which names in P are part of its public interface? |
        what can be imported from P | What top-level things does P provide? | wht does P export | names exported from P
        | List everything public that P defines. | exported declarations of P | What API does P provide? | which
        non-private functions are in P?
    """,
    "tests": """
        which tests cover X? | is X tested? | where is X tested | tests for X | find tests that use X
        | what tests reference X? | are there tests for X? | show me the tests of X | which test files mention X?
        | list test files covering X | how is X tested? | is there a test for X | what tests exercise X? |
        tests for X | which tests cover X | where is X tested? | Is X tested anywhere? | what test files touch X | Which
        tests exercise X? | find the tests of X | Where are the tests for X? | do we have tests for X? where | What
        tests should I run after changing X? | Which test files mention X? | show test coverage of X | I changed X,
        which tests could break? | X tests | In which test is X used? | list the specs that reference X | unit tests for
        X? | wich tests use X | test files that refer to X | Which tests call X? | who tests X | Where in the test suite
        does X show up? | Name the test files that check X.
    """,
    "impact": """
        what breaks if I change X? | what is the impact of changing X? | impact of X | what is affected if I change X?
        | if I change X what breaks? | what would break if I removed X? | blast radius of X | what happens if I delete X?
        | what code is affected by a change to X
    """,
    "explain": """
        how does X work? | explain X | what does X do? | describe X | can you explain how X works? | walk me through X
        | tell me about X | what's the purpose of X? | summarize X | explain to me what X does | help me understand X
        | I want to understand X | how is X implemented? | what is X for? | explain P | describe the module P
        | what does P do? | what's in P
    """,
    "overview": """
        how is this repository organized? | give me an overview | overview of the codebase | what does this project do?
        | explain this repo | how is this code base put together? | what is the architecture?
        | describe the architecture of this project | where should I start reading? | what are the main modules?
        | what is this repo about? | explain the structure of the project | summarize this repository
        | high level overview please | what are the main components of this project? | tell me about this codebase
        | walk me through the code base
    """,
    "free": """
        where is the retry policy decided? | how are timeouts handled? | where do we parse the command line?
        | which code validates passwords? | where is the cache invalidated | how does authentication work?
        | what happens when a request fails? | where are log messages formatted? | find the code that reads the config file
        | what is put together when a page is rendered | why are redirects followed twice?
        | where does it decide which port to listen on? | how do we detect duplicated keys | add support for nested options
        | Fix crash when the header is empty | code that escapes html | where are errors turned into responses
        | what runs first when the program starts | which part of the code draws the progress bar
        | what decides the order of plugins
    """,
}
"""Questions by kind. X is a symbol, P a path or module, E an error, V a variable."""

TWO = {
    "path": """
        how does X reach Y? | call path from X to Y | is there a path between X and Y? | how do you get from X to Y
        | trace the calls from X to Y | how does X end up calling Y? | which functions lie between X and Y?
        | show the call chain from X to Y | does X ever call Y? | does X call Y indirectly? | show me how X gets to Y
        | what is the path from X to Y | can X reach Y? | how is Y reached from X | trace X to Y | from X how do we get to Y? |
        how does X reach Y | path from X to Y | call chain from X to Y | X -> Y | How do we get from X to Y? | How does
        X end up calling Y? | call path X Y | Show how X eventually calls Y. | trace the calls from X down to Y | Is
        there a way from X to Y? | Does X ever call Y? Through what? | Through which functions does X get to Y? | what's
        the sequence of calls between X and Y? | Starting in X, how is Y reached? | By which route does X arrive at Y? |
        How is Y reached from X? | how come Y gets called when I call X? | Which functions are between X and Y in the
        call graph? | shortest call path between X and Y | wich path leads from X to Y? | Walk me through the calls from
        X to Y | If I call X, how does execution get to Y? | from X to Y: the calls in between? | Give me one chain of
        calls starting at X and ending at Y | How does a call to X lead to Y being invoked? | which chain of functions
        connects X with Y
    """,
    "compare": """
        compare X and Y | what is the difference between X and Y? | difference between X and Y | X vs Y
        | how does X differ from Y? | X versus Y | compare X with Y | how do X and Y differ?
        | what's the difference of X and Y | how is X different from Y? | contrast X and Y | should I use X or Y?
        | compare X to Y
    """,
}

SYMBOLS = (
    "Session.send",
    "parse_url",
    "HTTPAdapter",
    "`resolve`",
    "getAdapter()",
    "Router::route",
    "_private_name",
    "the function merge_all",
)
OTHERS = ("Loader.load", "jv_parse", "`finish`", "toString()")
PLACES = ("src/app/models.py", "`lib/core`", "pkg/server", "requests.adapters")
ERRORS = ("ValueError", "`HTTPError`", "TimeoutExpired")
VARIABLES = ("HOME", "`API_TOKEN`", "DEBUG_LEVEL")


def questions(seed: int) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield each template with names put in and written carelessly in one way: the kind, the question, what it names."""
    chance = random.Random(seed)
    for kind, templates in (*ONE.items(), *TWO.items()):
        for template in (" ".join(part.split()) for part in templates.split("|")):
            x, y = chance.choice(SYMBOLS), chance.choice(OTHERS)
            given = {
                "X": x,
                "Y": y,
                "P": chance.choice(PLACES),
                "E": chance.choice(ERRORS),
                "V": chance.choice(VARIABLES),
            }
            named = tuple(bare(given[slot]) for slot in re.findall(r"\b([XYPEV])\b", template))
            asked = re.sub(r"\b[XYPEV](?=\W|$)", lambda slot, given=given: given[slot.group()], template)  # type: ignore[misc]
            yield kind, careless(asked, chance), named


def careless(question: str, chance: random.Random) -> str:
    """Return the question as somebody in a hurry types it."""
    first = question.partition(" ")[0]
    ways = (
        lambda: question,
        lambda: question.rstrip("?"),
        lambda: (
            question[:1].lower() + question[1:]
            if first.isalpha() and first.lower() in ("where", "what", "who")
            else question
        ),
        lambda: f"please {question}",
        lambda: f"hey, {question}",
        lambda: f"{question.rstrip('?')} ???",
        lambda: f"{question}\n",
    )
    return chance.choice(ways)()


def bare(name: str) -> str:
    """Return a name as the navigator hands it to tools."""
    return name.removeprefix("the function ").strip("`").removesuffix("()").replace("::", ".")
