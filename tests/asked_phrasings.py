"""Ways in which people ask: templates by kind, with what they name, and ways of writing a name or a sentence carelessly."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from further_phrasings import FURTHER

ONE = {
    "definition": """
        where is X defined? | where's X | Where does X live? | find X | show me X | show me the definition of X
        | which file is X in? | what file defines X | locate X | I'm looking for X | where can I find X?
        | can you show me where X is declared? | where is X implemented? | go to definition of X
        | in which file is X declared | give me the source of X | X | where do we define X | tell me where X is defined
        | where in the code base is X? | what is X? | jump to X | I need the definition of X | where was X defined
        | which module contains X? | point me to X | where exactly is X declared? | where does the definition of X stand?
        | open X | find where X is defined | what line is X on? | find the code of X
    """,
    "callers": """
        call hierarchy of X | who calls X? | what calls X | which functions call X? | callers of X | list all callers of X
        | where is X called? | where is X called from | find all call sites of X | show me every place that calls X
        | where do we call X? | which methods invoke X? | who invokes X | list every function that invokes X
        | call sites of X | what code calls X | from where is X called? | X is called by whom? | who is calling X?
        | what are the callers of X? | is X called anywhere? | which parts of the code call X? | give me the callers of X
        | X callers | find the functions calling X | what invokes X? | show callers for X | incoming calls of X
        | find everything that calls X | tell me who calls X
    """,
    "callees": """
        what does X call? | which functions does X call? | callees of X | list the functions called by X
        | what is called by X | what functions are called inside X? | which helpers does X use? | what does X invoke
        | outgoing calls of X | show me the callees of X | what gets called from X | which methods are invoked by X?
        | what does X depend on? | functions that X calls | what other functions does X use? | list everything X calls
        | what calls does X make?
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
    "subclasses": """
        which class extends X directly? | subclasses of X | what inherits from X? | which classes extend X
        | who implements X? | what are the subclasses of X | list the implementations of X | classes derived from X
        | which types implement X? | what extends X | children of X | find all implementers of X
        | which classes are derived from X? | list classes inheriting from X | what types embed X? | show all subclasses of X
        | what subclasses X? | X subclasses | implementations of X | which structs implement X
        | find every class that inherits X
    """,
    "importers": """
        who imports P? | which files import P | importers of P | what imports P? | where is P imported?
        | list all files that import P | which modules depend on P? | what depends on P | show me who imports P
        | find the files importing P | files that include P | dependents of P | where do we import P?
        | which files have an import of P?
    """,
    "longest": """
        what are the 5 longest functions in P? | list the 5 biggest functions in P | which functions in P are the longest?
        | longest functions in P | show the largest methods in P | top 5 functions by lines in P
        | which 5 functions in P have the most lines? | rank functions in P by length | biggest functions of P
    """,
    "complex": """
        most complex functions in P | which functions in P have the highest cyclomatic complexity?
        | list the 5 most complex functions in P | what are the most complicated functions in P?
        | rank functions in P by complexity | show the most complex methods in P | what is the most complex code in P
    """,
    "unused": """
        which functions in P have no callers | what is unused in P? | unused functions in P | dead code in P
        | find functions in P that are never used | which functions in P are never called? | is there any dead code in P?
        | list functions in P nobody uses | which definitions in P are not referenced anywhere?
        | find unreferenced functions in P
    """,
    "cycles": """
        are there import cycles in P? | circular imports in P | does P have circular dependencies?
        | find cyclic imports involving P | is P part of an import cycle? | which modules import each other in P
        | list the import cycles through P | dependency cycles in P | show circular includes in P
    """,
    "raises": """
        where is E raised? | who raises E | which functions raise E? | where do we throw E? | what code throws E
        | find all places where E is raised | list functions that throw E | where does E get raised? | what raises E?
        | places that raise E | in which functions is E thrown?
    """,
    "settings": """
        where is the env var V read? | which code reads the environment variable V?
        | where do we read V from the environment? | what reads env var V | find uses of the environment variable V
        | where is the config key V read? | what does the environment variable V do
        | which files look at the V environment variable? | where is the V env variable used?
    """,
    "public_api": """
        what is the public API of P? | public interface of P | what does P export? | list the exported functions of P
        | which functions are exported by P? | what public functions does P define? | show the public api of P | exports of P
        | what does P offer to its users? | list the public classes of P | which names does P export?
    """,
    "tests": """
        which tests cover X? | is X tested? | where is X tested | tests for X | find tests that use X
        | what tests reference X? | are there tests for X? | show me the tests of X | which test files mention X?
        | list test files covering X | how is X tested? | is there a test for X | what tests exercise X?
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
        | what is the path from X to Y | can X reach Y? | how is Y reached from X | trace X to Y | from X how do we get to Y?
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
    for kind, templates in (*ONE.items(), *TWO.items(), *FURTHER.items()):
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
