"""More ways in which people ask, each written down before anybody looked at what is understood: see `asked_phrasings`."""

FURTHER = {
    "definition": """
        hey, quick one: which file has X in it? | X definition | def of X | whre is X defind | Point me at X | open X | I
        can't find where X lives | In which file and line do we define X? | where's X? | goto X | What file should I open to
        edit X? | I need to change X. Where do I look? | Where does X come from? | Find the implementation of X | source
        location for X, please | where on earth is „X“ implemented | Tell me the file that holds the body of X | Where has X
        been declared in this repo? | which line does X start on | Where was X put? | Jump to the declaration of X. | X:
        where? | where can I see the code for X | In what source file would I find X? | find symbol X | Who defines X? |
        location of the X definition | Give me path and line number of X. | I need the location of X | Could somebody tell me
        in what file X is found? | X lives in which file? | In which module has X been written? | what's the path of the file
        defining X? | declaration site of X | Report the file where X is introduced. | Where do I find the source code of X? |
        which file and line hold X? | Under which path is X declared? | take me to the source of X | Identify the file that
        contains the declaration of X. | Where does the project define X? | Find the place where X is implemented. | On what
        line can X be found? |
        Which source file implements X? | find X's definition | where did they define X
    """,
    "callers": """
        who uses X | Who is calling X? | callers of X | X callers | What invokes X? | I'm about to delete X; what calls it? |
        show every place that calls X | What functions depend on X by calling it? | find usages of X | list all functions that
        call X directly | where do we call X | Is X called from anywhere? From where? | wich functions call X | Which code
        paths invoke X in this repo? | Give me the incoming calls of X | From which functions is X reached directly? |
        everything that calls into X | Before I change the signature of X: who calls it today? | What in this codebase makes
        use of X? | X is called by whom? | Name the functions whose bodies contain a call to X | Where is X getting invoked? |
        Which functions trigger X? | caller list for X | where X is used | find references to X | Which methods make calls to
        X? | Enumerate the call sites for X. | What are all the places X gets called? | Identify every function that invokes
        X. | Who are the callers of X? | If X misbehaves, which functions would feel it directly because they call it? | List
        callers for X please | Which code invokes X directly? | What parts of the code call X? | Which functions contain calls
        to X? | Determine which functions call X. | Can you find where X is being called? | Upstream callers of X? | by which
        functions is X called | Give the list of functions from which X is called. |
        What relies on X by calling it?
    """,
    "callees": """
        what does X call | callees of X | X callees | Which functions does X invoke? | What does X depend on? | list outgoing
        calls of X | What helper functions does X rely on? | functions used inside X | what's called inside X? | Which of our
        own functions are invoked in the body of X? | What do we call from X? | show me everything X calls directly | which
        fucntions does X call? | From within X, what other functions get called? | What other project code does X use? | Tell
        me the direct dependencies (calls) of X | what gets called by X | Inside X, which local functions run? | calls made by
        X | What functions are being called in X? | Name each function that X delegates to | List what X uses internally. |
        which internal functions does the body of X use | what happens to be invoked by X? | the functions X calls, please |
        What does X invoke? | Which functions are called from the body of X? | What are the callees of X? | Identify the
        functions X directly invokes. | What other functions does X rely on? | Enumerate the project-internal functions that X
        calls. | What does X call into? | Which project symbols are invoked by X? | Give the outgoing call edges of X. |
        downstream calls of X | What functions get executed by X directly? | which methods are being called within X | Name
        the local functions X makes use of. | Of the functions in this repo, which does X call? | functions X depends on |
        When X runs, which functions of the project does it call itself?
    """,
    "subclasses": """
        subclasses of X | X subclasses | which classes extend X | Who inherits from X? | what derives from X | children of X |
        List everything that is derived from X | Which types have X as a base class? | classes inheriting X | show the class
        hierarchy below X | What classes are based on X? | direct descendants of X | Are there any classes that extend X?
        which? | X is the parent of which classes? | Which classes specialise X? | derived classes of X | find all classes
        with superclass X | what are the child classes for X | Which class definitions name X as base? | wich clases inherit
        from X? | who extends X | Give me the immediate subclasses of X. | What extends X in this repo? | what kinds of X are
        there | list the implementations of X | who implements X | implementors of X | implementations of X | X
        implementations | Which structs satisfy X? | what types satisfy the X interface | Which classes implement X? | Find
        everything that conforms to X. | List the concrete types behind X | What implements the interface X? | show me all
        impls of X | Which types can be used as a X? | types implementing X | who is implementing X? | wich types implment X |
        Is there any type that implements X? | Name the structs that provide X | what are the concrete implementations of X
        here | which objects fulfil the X contract? | interface X: implemented by? | Give me a list of types with an
        implementation of X | all implementers of X please | What are the direct subclasses of X? | Identify the classes which
        inherit directly from X. | Which classes list X among their bases? | Name all classes deriving from X. | Which classes
        have X as parent? | Give me everything that subclasses X. | types derived from X | Who are the heirs of X? | Which
        classes build on X? | What classes inherit X's behaviour? | Enumerate the immediate children of X in the class
        hierarchy. | X is extended by which classes? | list subtypes of X | Which class is a subclass of X? | Which concrete
        types implement X? | Name the implementations of X. | What types satisfy X? | Enumerate the types that fulfil X. |
        Which types are declared to implement X? | What are the implementers of X? | By which types is X implemented? | X is
        implemented by which types? | Identify types conforming to X. | what struct implements X
    """,
    "importers": """
        who imports P | importers of P | which files import P | what depends on P | Which files pull in P? | files that use
        module P | Where is P imported? | list all the imports of P | Who depends on the module P? | which source files have
        an import of P | P is imported by which files? | reverse dependencies of P | Show every file importing P | wich files
        import P? | Which modules rely on P? | find files that load P | Is P imported anywhere? | Who is importing P? |
        modules depending on P | From where is P imported? | Give me all files with a dependency on P. | who includes P |
        which files include P? | Where is P #included? | List the C files which include P | what includes P | P is included
        from where? | Which sources pull in P? | Which translation units include P? | Which files contain an import of P? |
        What source files depend on P through an import? | List direct importers of P. | Determine what imports P. | Which
        other modules import P? | In which files is P imported? | Name the files that have P as an import. | Which files
        reference P in their import statements? | Which modules make use of P by importing it? | everything that imports P |
        files depending directly on P | find where P gets imported | By which files is P imported? | Which files have an
        #include of P? | Who #includes P? | Where do we include P? | By which source files is P included? | List all files
        that include the header P. |
        What depends directly on P? | Which files import from P?
    """,
    "public_api": """
        public api of P | What does P export? | exports of P | Which functions and classes are public in P? | List the public
        symbols of P | what can I use from P | What is exposed by P? | What does P offer to other code? | show me the exported
        names in P | Which identifiers does P make available? | Give me the interface of P | public surface of P | what's
        visible outside of P | P: public functions? | Which names in P are part of its public interface? | what can be
        imported from P | What top-level things does P provide? | wht does P export | names exported from P | List everything
        public that P defines. | exported declarations of P | What API does P provide? | which non-private functions are in P?
        | Enumerate the public names of P. | What names does P make public? | Which functions does P export? | What can
        callers use from P? | Which symbols are exported from P? | Describe the public API of P | What does the outside world
        see of P? | List the public top-level functions and classes in P. | What is exported by P? | Which things in P are
        public? | Which functions can other files call from P? | give me the public functions defined in P | What public names
        are defined in P? | Which declarations of P are visible to other modules? | externally visible symbols of P
    """,
    "tests": """
        tests for X | which tests cover X | where is X tested? | Is X tested anywhere? | what test files touch X | Which tests
        exercise X? | find the tests of X | Where are the tests for X? | do we have tests for X? where | What tests should I
        run after changing X? | Which test files mention X? | show test coverage of X | I changed X, which tests could break?
        | X tests | In which test is X used? | list the specs that reference X | unit tests for X? | wich tests use X | test
        files that refer to X | Which tests call X? | who tests X | Where in the test suite does X show up? | Name the test
        files that check X. | Which test files contain X? | Name the tests that reference X. | In which test files does X
        appear? | List the test files that use X. | Which tests are there for X? | What tests touch X? | Find the test code
        that exercises X. | Is there any test of X? Which files? | By which tests is X covered? | Which of the test files
        mention X? | Where do the tests call X? | test coverage for X: which files? | files under tests that refer to X | what
        are the test files for X | Which tests would fail if X were broken?
    """,
    "path": """
        how does X reach Y | path from X to Y | call chain from X to Y | X -> Y | How do we get from X to Y? | How does X end
        up calling Y? | call path X Y | Show how X eventually calls Y. | trace the calls from X down to Y | Is there a way
        from X to Y? | Does X ever call Y? Through what? | Through which functions does X get to Y? | what's the sequence of
        calls between X and Y? | Starting in X, how is Y reached? | By which route does X arrive at Y? | How is Y reached from
        X? | how come Y gets called when I call X? | Which functions are between X and Y in the call graph? | shortest call
        path between X and Y | wich path leads from X to Y? | Walk me through the calls from X to Y | If I call X, how does
        execution get to Y? | from X to Y: the calls in between? | Give me one chain of calls starting at X and ending at Y |
        How does a call to X lead to Y being invoked? | which chain of functions connects X with Y | Which sequence of calls
        takes us from X to Y? | Find a call chain starting at X that ends in Y. | Explain how calling X results in a call of
        Y. | By what chain of calls is Y reached from X? | Trace how X gets to Y. | Give the call path that leads from X to Y.
        | How is it that X calls Y, step by step? | What functions are called on the way from X to Y? | List the call stack
        between X and Y. | Can X reach Y? How? | Show me one way X can end up in Y. | Find the route from X to Y in the call
        graph. | what is the chain between X and Y? | how do calls flow from X into Y? | Connect X to Y through calls. | Via
        which intermediate functions does X call Y? |
        Is there a call path from X to Y? Show it.
    """,
    "longest": """
        longest functions in P | 5 longest functions in P | What are the five longest functions under P? | Which functions in
        P have the most lines? | biggest methods in P | top 5 functions of P by length | Show the 5 largest functions in P |
        Which 5 functions are the longest in P? | rank functions in P by line count, first 5 | what are the top five functions
        by number of lines in P | Where are the huge functions in P? | List the five lengthiest functions of P | the 5
        functions with the most lines of code in P | In P, which functions are longest? Give five. | function size ranking for
        P, top 5 | which functions within P are too long? | wich are the 5 longest funtions in P? | Sort the functions of P by
        size and give me the first 5. | name five of the longest functions in P | largest 5 functions (LOC) in P | Determine
        the five longest functions in P. | Which functions of P span the most lines? | List functions in P ordered by length,
        top 5. | What are the largest functions (by lines of code) in P? | Which five methods in P are longest? | 5 lengthiest
        functions of P | Find the 5 functions in P with the greatest number of lines. | the longest function bodies in P |
        Name the 5 biggest functions by line count in P | By line count, what are the top 5 functions in P? | where are the
        longest methods in P?
    """,
    "complex": """
        most complex functions in P | 5 most complex functions in P | Which functions in P are the most complicated? | top
        five by cyclomatic complexity in P | highest cyclomatic complexity in P, top 5 | What are the 5 most complex functions
        under P? | hardest functions to understand in P by complexity | Which functions in P have the most branches? | rank
        functions in P by complexity | List the five functions with the greatest cyclomatic complexity in P. | complexity hot
        spots in P | Which 5 functions of P have the largest McCabe number? | functions with most decision points in P | In P,
        what are the most convoluted functions? | cyclomatic complexity ranking of P | wich functions in P are most complex |
        Show the five functions in P with the highest McCabe complexity | where is the branching worst in P? top 5 | five most
        tangled functions in P | Which functions have the highest complexity in P? | Determine the five functions with the
        highest cyclomatic complexity in P. | Which functions of P are the most complex ones? | List functions in P ordered by
        complexity, top 5. | By cyclomatic complexity, what are the top 5 functions in P? | Which five functions in P have
        most branching? | Find the 5 functions in P with the highest McCabe complexity. | Name the most complex code in P |
        complexity ranking for P | what functions in P are the hardest by cyclomatic complexity? | Which functions have the
        greatest cyclomatic complexity in P? Name five.
    """,
    "raises": """
        who raises E | where is E raised | where do we throw E? | what throws E | Which functions raise E? | functions that
        throw E | E is thrown where? | Find all the places that raise E | which code can throw E | List functions raising E |
        what methods throw E explicitly | In which methods is E thrown? | where are E exceptions created and thrown | Show the
        throw sites of E | who is throwing E? | wich functions raise E? | Which methods can fail with E? | places where E gets
        raised | which functions contain raise E | What causes E to be raised? | Give me every function which throws E. |
        Which functions can raise E? | Identify where E gets thrown. | At which places is E raised? | List the functions that
        may throw E. | What code paths raise E? | Where in the code is E thrown? | By which functions is E raised? | Find
        every function with a raise of E. | Where do we raise E? | Name the methods throwing E. | which functions explicitly
        raise E | Who throws E, and where? | Determine the functions raising E.
    """,
    "settings": """
        where is V read | who reads V | Where is the env var V used? | which code looks at V? | find reads of the V
        environment variable | What reads environment variable V? | Where is V consulted? | In which line is V looked up? |
        which lines read the environment variable V | where does V come in? | V env var | Where does the code get the value of
        V from the environment? | wher is the enviroment variable V read? | Which function picks up V? | Show me where V is
        fetched from the environment. | what uses the V environment setting? | is V honoured anywhere? where | where's os env
        V evaluated | code that respects V | setting V - where is it read? | At which places is the environment variable V
        read? | Find the code that consults the environment variable V. | Which lines access the env var V? | Where does the
        program look at V in the environment? | In what code is V obtained from the environment? | Where is V taken from the
        environment? | Show where env var V is accessed. | which function reads V from the environment? | What code is
        influenced by the environment variable V? | Where is the value of the environment variable V fetched? | find where V
        gets read
    """,
    "rename": """
        I want to rename X | what breaks if I rename X? | If I rename X, which files have to change? | rename X: which files?
        | Which files would I have to touch to rename X? | files affected by renaming X | list all files that mention X so I
        can rename it | Which files need to be edited when X gets a new name? | What would a rename of X touch? | Renaming X -
        what else must be updated? | I'm going to rename X, where do I have to edit? | impact of renaming X | which files
        refer to X (tests included)? | If X got a different name, which files would need updating? | wich files change if i
        rename X | Every file, tests too, that references X | How many files would need to change to rename X, and which? |
        What files contain references to X? I plan to rename it. | Suppose we give X another name. What files are affected? |
        blast radius of renaming X | show me all files where the name X must be replaced | which files use the name X, product
        and tests | If I were to rename X, what files would have to be edited? | Which files would a rename of X affect? |
        Name every file in which X must be renamed. | List files containing references to X (including its definition), so it
        can be renamed. | What files must be touched for renaming X? | I'd like to give X a better name; which files change? |
        Determine all files to update when X is renamed. | Which files mention X and would need to be changed on a rename? |
        files to change if X is renamed | Where would I have to replace the name X? | Find all files that refer to X, tests as
        well. | To rename X, which files need an edit? |
        What files use X? I want to rename it.
    """,
    "unused": """
        unused functions in P | dead code in P | Which functions in P are never called? | Is there any dead code in P? | what
        in P is unused | functions of P nobody uses | list functions in P without any callers | which functions from P can be
        deleted safely? | Are there unreferenced functions in P? | find unreferenced symbols in P | what can I remove from P?
        | Which functions defined in P are not used anywhere? | anything in P that is never used? | wich functions in P are
        unused? | Show orphaned functions in P | functions in P that have no usages | Which methods of P aren't called by
        anyone? | dead functions in P | Does P contain functions that are not referenced elsewhere? | obsolete functions in P?
        | which functions in P are not mentioned anywhere else in non-test code | What is defined in P but not used in the
        product code? | Which functions in P are not used by any other code? | Identify functions in P that nobody calls. |
        Which functions of P have no references in the product code? | Are there functions in P that are never referenced? |
        Name the unused functions of P. | Which functions in P look dead? | What functions in P could be removed because
        nothing uses them? | Find dead code in P. | list functions defined in P that nothing refers to | which functions in P
        have zero callers? | functions in P not mentioned elsewhere |
        Which functions defined in P does nobody call?
    """,
    "cycles": """
        import cycles | are there circular imports? | circular dependencies involving P | Is P part of a circular import? |
        does P take part in an import cycle | find import cycles with P | which modules form a cycle with P? | Which files are
        in a dependency loop with P? | does P import itself indirectly? | cyclic imports around P | Show me the cycle that P
        is in | import loops that include P | Which circular dependencies does P have? | is P in a cylce? | Does anything P
        imports import it back? | what import cycles go through P | List the circular import groups containing P | any mutual
        imports with P? | Check P for circular imports. | dependency cycle P | Do we have cyclic dependencies through P? |
        Which import cycles contain P? | Does P participate in a circular import? With which files? | Name the modules that
        are in an import cycle together with P. | What circular imports involve P? | Is there an import cycle through P? |
        Find cyclic dependencies that P is part of. | Determine whether P is in an import cycle. | Which modules import P and
        are imported by it in a circle? | is P involved in circular dependencies at load time? | list the files that are
        mutually dependent with P
    """,
}
