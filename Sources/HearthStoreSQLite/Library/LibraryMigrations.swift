import GRDB

/// The tables of `library.db`. Migrations are only ever appended.
enum LibraryMigrations {
    static func migrator() -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("library") { db in
            try db.execute(sql: documents)
            try db.execute(sql: passages)
            try db.execute(sql: conversations)
        }
        migrator.registerMigration("forgotten") { try $0.execute(sql: forgotten) }
        migrator.registerMigration("whole answers") { db in
            try db.execute(sql: wholeAnswers)
        }
        migrator.registerMigration("upkeep") { try $0.execute(sql: upkeep) }
        return migrator
    }

    private static let upkeep = """
        CREATE INDEX findable_by_owner ON findable (owner);
        CREATE INDEX changes_gone ON changes (sequence) WHERE gone = 1;
        """

    private static let forgotten = """
        CREATE TABLE forgotten ( -- documents that a person deleted: what came in before does not bring them back
            owner INTEGER NOT NULL REFERENCES owners (number),
            name BLOB NOT NULL CHECK (length(name) = 32), -- SHA-256 of source and key
            at INTEGER NOT NULL,
            PRIMARY KEY (owner, name)
        ) STRICT, WITHOUT ROWID;
        """

    private static let documents = """
        CREATE TABLE owners ( -- whose documents these are, by a small number
            number INTEGER PRIMARY KEY,
            person BLOB NOT NULL UNIQUE CHECK (length(person) = 16) -- a UUID, as every id
        ) STRICT;

        CREATE TABLE documents ( -- what is needed to choose among them
            number INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            owner INTEGER NOT NULL REFERENCES owners (number),
            source TEXT NOT NULL, -- notes, mail, web, …
            key TEXT NOT NULL, -- within the source: the same key is the same document
            version INTEGER NOT NULL, -- the current one
            kind TEXT NOT NULL,
            timestamp INTEGER NOT NULL, -- microseconds since 1970, as every time
            passages INTEGER NOT NULL, -- of the current version
            UNIQUE (owner, source, key)
        ) STRICT;
        CREATE INDEX documents_by_time ON documents (owner, timestamp, id);

        CREATE TABLE versions ( -- every version as it came, the current one too
            document INTEGER NOT NULL REFERENCES documents (number) ON DELETE CASCADE,
            version INTEGER NOT NULL,
            kind TEXT NOT NULL,
            title TEXT NOT NULL,
            language TEXT, -- BCP 47
            url TEXT, -- where it can be opened outside Hearth
            blob TEXT, -- SHA-256 of the original, hexadecimal
            stream TEXT, -- of the reading it was made from
            record BLOB CHECK (length(record) = 16), -- that reading
            device BLOB CHECK (length(device) = 16),
            timestamp INTEGER NOT NULL,
            received INTEGER NOT NULL,
            fingerprint BLOB NOT NULL, -- SHA-256 of title and text
            metadata TEXT NOT NULL CHECK (json_valid(metadata)),
            links TEXT NOT NULL CHECK (json_valid(links)), -- what the text points at
            summary TEXT NOT NULL, -- the first characters of the text
            bytes INTEGER NOT NULL, -- of the text
            text BLOB NOT NULL, -- its count of bytes, then a Zstandard frame with its count; last, so that it is not read in passing
            PRIMARY KEY (document, version)
        ) STRICT;

        CREATE TABLE names ( -- under which links find current documents
            owner INTEGER NOT NULL,
            name TEXT NOT NULL,
            document INTEGER NOT NULL REFERENCES documents (number) ON DELETE CASCADE,
            PRIMARY KEY (owner, name, document)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX names_by_document ON names (document);

        CREATE TABLE links ( -- of current documents
            document INTEGER NOT NULL REFERENCES documents (number) ON DELETE CASCADE,
            target TEXT NOT NULL,
            owner INTEGER NOT NULL,
            PRIMARY KEY (document, target)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX links_by_owner ON links (owner);
        """

    private static let passages = """
        CREATE TABLE passages ( -- of all versions
            number INTEGER PRIMARY KEY AUTOINCREMENT, -- what indexes call it; never used twice
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            document INTEGER NOT NULL REFERENCES documents (number) ON DELETE CASCADE,
            version INTEGER NOT NULL,
            position INTEGER NOT NULL, -- from 0, in the order of the text
            start INTEGER NOT NULL, -- in the document's text, in bytes
            spoken_from REAL, -- seconds from the start of a recording
            spoken_to REAL,
            text TEXT NOT NULL
        ) STRICT;
        CREATE INDEX passages_by_document ON passages (document, version, position);

        CREATE TABLE findable ( -- passages of current versions: what filters look at, small enough to stay in memory
            number INTEGER PRIMARY KEY REFERENCES passages (number) ON DELETE CASCADE,
            document INTEGER NOT NULL REFERENCES documents (number) ON DELETE CASCADE,
            owner INTEGER NOT NULL,
            timestamp INTEGER NOT NULL,
            source TEXT NOT NULL,
            kind TEXT NOT NULL
        ) STRICT;
        CREATE INDEX findable_by_document ON findable (document);

        -- Terms of findable passages, by number. It keeps no text: it is given terms that are made already, and they are given
        -- again when a passage goes.
        CREATE VIRTUAL TABLE terms USING fts5(title, text, content = '', tokenize = 'ascii');
        CREATE VIRTUAL TABLE term_counts USING fts5vocab(terms, 'row');

        CREATE TABLE changes ( -- passages that came and went, in the order of commits
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice
            passage INTEGER NOT NULL,
            owner BLOB NOT NULL, -- id of the person
            document BLOB NOT NULL, -- its id
            gone INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX changes_by_passage ON changes (passage);

        CREATE TABLE facts ( -- small facts of the library
            name TEXT NOT NULL PRIMARY KEY,
            value INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO facts (name, value) VALUES ('probes', 0);
        """

    private static let conversations = """
        CREATE TABLE sessions ( -- conversations
            number INTEGER PRIMARY KEY,
            id BLOB NOT NULL CHECK (length(id) = 16),
            owner INTEGER NOT NULL REFERENCES owners (number),
            started INTEGER NOT NULL,
            last INTEGER NOT NULL,
            turns INTEGER NOT NULL,
            title TEXT NOT NULL, -- its first question
            UNIQUE (owner, id)
        ) STRICT;
        CREATE INDEX sessions_by_time ON sessions (owner, last, id);

        CREATE TABLE turns ( -- a question and its answer
            number INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            session INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE,
            owner INTEGER NOT NULL,
            timestamp INTEGER NOT NULL,
            question TEXT NOT NULL,
            answer TEXT NOT NULL,
            confidence REAL NOT NULL,
            answered INTEGER NOT NULL,
            citations TEXT NOT NULL CHECK (json_valid(citations)),
            embedding BLOB -- of the question, float32, little endian
        ) STRICT;
        CREATE INDEX turns_by_session ON turns (session, timestamp, number);
        CREATE INDEX turns_by_time ON turns (owner, timestamp, number);

        CREATE TABLE gaps ( -- open questions
            number INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            owner INTEGER NOT NULL REFERENCES owners (number),
            form TEXT NOT NULL, -- the question as it is compared
            question TEXT NOT NULL,
            turn BLOB CHECK (length(turn) = 16),
            confidence REAL NOT NULL,
            opened INTEGER NOT NULL,
            count INTEGER NOT NULL,
            UNIQUE (owner, form)
        ) STRICT;
        """

    private static let wholeAnswers = """
        ALTER TABLE turns ADD COLUMN -- of an answer that is none: what came nearest, as citations
            nearest TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(nearest));
        ALTER TABLE turns ADD COLUMN -- NULL: the turn is from before it was kept
            author TEXT CHECK (author IN ('extractive', 'model'));
        ALTER TABLE turns ADD COLUMN notice TEXT; -- what did not go as configured
        """
}
