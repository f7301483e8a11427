package arch

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strings"
)

var (
	// statement begins with a verb of SQL; fragment holds a clause as we write
	// it, in capitals, or a placeholder.
	statement = regexp.MustCompile(`(?is)^\s*(select\s.+\sfrom\s|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|create\s+(unique\s+)?(table|index|view)\s|alter\s+table\s|drop\s+(table|index|view)\s|truncate\s|with\s+\w+\s+as\s*\(|pragma\s)`)
	fragment  = regexp.MustCompile(`\b(WHERE|ORDER BY|GROUP BY|HAVING|INNER JOIN|LEFT JOIN|JOIN|ON CONFLICT|VALUES|FOR UPDATE|RETURNING|LIMIT)\s+[a-z(?]|\s(=|<|>|<=|>=|IN \()\s?\?(\W|$)`)
)

// sqlInStores is the SQL half of rule 3.
func sqlInStores(tr *tree) []finding {
	const mend = "move the statement into a method of a *_store.go file"
	var out []finding
	for _, s := range tr.product() {
		if room(s.dir) == "" || room(s.dir) == "arch" || under(s.path, sqlOutsideStores) || strings.HasSuffix(s.path, "_store.go") {
			continue
		}
		for _, i := range s.file.Imports {
			if p := i.Path.Value; p == `"database/sql"` && room(s.dir) != "kit" {
				out = append(out, finding{s.path, tr.line(i), "database/sql is imported outside a store", mend})
			}
		}
		tr.strings(s, func(v string, line int) {
			if statement.MatchString(v) || fragment.MatchString(v) {
				out = append(out, finding{s.path, line, "SQL outside a store", mend})
			}
		})
	}
	return out
}

var (
	// edgeFiles know HTTP; storedJSON know JSON because they keep it.
	edgeFiles  = regexp.MustCompile(`(_api|/routes)\.go$`)
	storedJSON = regexp.MustCompile(`(_api|_store|/routes|/jobs|_jobs|/events|/listen)\.go$`)
	edgeTag    = regexp.MustCompile("(json|path|query|header|doc|nullable|example):\"")
)

// httpInAPI is the HTTP and JSON half of rule 3.
func httpInAPI(tr *tree) []finding {
	var out []finding
	for _, s := range tr.product() {
		if _, isRoom := floors[room(s.dir)]; !isRoom {
			continue
		}
		for _, i := range s.file.Imports {
			p := strings.Trim(i.Path.Value, `"`)
			edge := p == "net/http" || strings.HasPrefix(p, "github.com/danielgtaylor/huma/") || p == module+"/internal/kit/web"
			if edge && !edgeFiles.MatchString(s.path) {
				out = append(out, finding{s.path, tr.line(i), p + " is imported outside the API files", "keep HTTP in *_api.go and routes.go; rules answer with values and faults"})
			}
			if p == "encoding/json" && !storedJSON.MatchString(s.path) && jsonByTrade[s.path] == "" {
				out = append(out, finding{s.path, tr.line(i), "encoding/json is imported in a rule", "read and write JSON in *_api.go, *_store.go, jobs.go or events.go"})
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if f, ok := n.(*ast.Field); ok && f.Tag != nil && edgeTag.MatchString(f.Tag.Value) && !storedJSON.MatchString(s.path) {
				out = append(out, finding{s.path, tr.line(f), "a JSON or API tag in a rule", "give the API its own input and output types in *_api.go"})
			}
			return true
		})
	}
	return out
}

var (
	fromClause = regexp.MustCompile(`(?is)\bFROM\s+([a-z_][a-z0-9_ ,\s]*)`)
	named      = regexp.MustCompile(`(?i)\b(?:JOIN|INTO|UPDATE|TABLE(?:\s+IF\s+(?:NOT\s+)?EXISTS)?|REFERENCES|VIEW(?:\s+IF\s+NOT\s+EXISTS)?|INDEX\s+(?:IF\s+NOT\s+EXISTS\s+)?\w+\s+ON)\s+([a-z_][a-z0-9_]*)`)
	stop       = regexp.MustCompile(`(?i)\s(WHERE|JOIN|LEFT|RIGHT|INNER|CROSS|ORDER|GROUP|HAVING|LIMIT|UNION|SET|ON|FOR|RETURNING|VALUES|AS\s*\()\b`)
	written    = regexp.MustCompile(`(?i)\b(?:INTO|UPDATE|DELETE\s+FROM)\s+([a-z_][a-z0-9_]*)`)
	identifier = regexp.MustCompile(`^[a-z]+_[a-z0-9_]+$`)
)

// tables lists what a piece of SQL names in the place of a table.
func tables(sql string) []string {
	var out []string
	for _, m := range named.FindAllStringSubmatch(sql, -1) {
		out = append(out, m[1])
	}
	for _, m := range fromClause.FindAllStringSubmatch(sql, -1) {
		list := m[1]
		if i := stop.FindStringIndex(list); i != nil {
			list = list[:i[0]]
		}
		for _, item := range strings.Split(list, ",") {
			if w := strings.Fields(item); len(w) > 0 {
				out = append(out, w[0])
			}
		}
	}
	if identifier.MatchString(sql) {
		out = append(out, sql)
	}
	return out
}

// owner is the room that a table belongs to, "kit", or "" when it is no table
// of ours.
func owner(table string) string {
	if r, ok := moved[table]; ok {
		return r
	}
	return maker(table)
}

// maker is the room in whose migrations a table is made: that of its name.
func maker(table string) string {
	r, _, ok := strings.Cut(table, "_")
	if _, isRoom := floors[r]; ok && (isRoom || r == "kit") {
		return r
	}
	return ""
}

// trespass says why room r may not name a table, read or written; "" is allowed.
func trespass(r, table string, reads bool) string {
	o := owner(table)
	if o == "" || o == r {
		return ""
	}
	if (published[table] && reads || strings.HasPrefix(table, o+"_pub_")) && floors[r] > floors[o] {
		return ""
	}
	return fmt.Sprintf("%s names the table %s of %s", r, table, o)
}

// ownTables is rule 4 for the stores.
func ownTables(tr *tree) []finding {
	var out []finding
	for _, s := range tr.product() {
		r := room(s.dir)
		if r == "" || r == "arch" || r == "web" || r == "bench" {
			continue
		}
		tr.strings(s, func(v string, line int) {
			store := strings.HasSuffix(s.path, "_store.go")
			if !store && identifier.MatchString(v) {
				return // a word, not a table
			}
			if !store && !statement.MatchString(v) && !fragment.MatchString(v) {
				return
			}
			wrote := written.FindAllStringSubmatch(v, -1)
			for _, table := range tables(v) {
				reads := !slices.ContainsFunc(wrote, func(m []string) bool { return m[1] == table })
				if what := trespass(r, table, reads); what != "" {
					out = append(out, finding{s.path, line, what, "call a method of that room with the open tx, or read a view it publishes as room_pub_noun"})
				}
			}
		})
	}
	return out
}

var (
	created   = regexp.MustCompile(`(?i)CREATE\s+(?:TABLE|VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)`)
	indexed   = regexp.MustCompile(`(?i)INDEX\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)\s+ON\s+(\w+)\s*\(\s*(\w+)`)
	keyed     = regexp.MustCompile(`(?i)(?:PRIMARY\s+KEY|UNIQUE|FOREIGN\s+KEY)\s*\(\s*(\w+)`)
	inlineKey = regexp.MustCompile(`(?i)^\s*(\w+)\s+\w+[^,(]*\b(PRIMARY\s+KEY|UNIQUE)\b`)
	points    = regexp.MustCompile(`(?i)REFERENCES\s+(\w+)\s*\(?\s*(\w*)`)
	badSQL    = regexp.MustCompile(`(?i)\b(TRIGGER|SEQUENCE|SERIAL|BIGSERIAL|AUTOINCREMENT|now\(\)|CURRENT_TIMESTAMP|random\(\)|VARCHAR|CHAR|BOOLEAN|TIMESTAMP|TIMESTAMPTZ|NUMERIC|DECIMAL|REAL|DOUBLE|FLOAT|JSONB?|BLOB)\b`)
	migration = regexp.MustCompile(`^internal/(?:kit/)?(\w+)/migrations/[^/]+\.sql$`)
)

// migrations is rule 4 for the tables themselves, and rule “one key”.
func migrations(tr *tree) []finding {
	var out []finding
	for _, x := range tr.texts {
		m := migration.FindStringSubmatch(x.path)
		if m == nil {
			continue
		}
		r := m[1]
		if strings.HasPrefix(x.path, "internal/kit/") {
			r = "kit"
		}
		table := ""
		for i, l := range strings.Split(x.body, "\n") {
			l, _, _ = strings.Cut(l, "--")
			what, mend := migrationLine(r, l, &table)
			if what != "" {
				out = append(out, finding{x.path, i + 1, what, mend})
			}
		}
	}
	return out
}

func migrationLine(r, l string, table *string) (what, mend string) {
	if m := created.FindStringSubmatch(l); m != nil {
		*table = m[1]
		if maker(m[1]) != r {
			return "table " + m[1] + " does not belong to " + r, "name it " + r + "_noun"
		}
	}
	if m := badSQL.FindString(l); m != "" {
		return m + " is not portable, or decides in SQL what Go decides", "BIGINT, INTEGER, TEXT and BYTEA only; times and ids come from Go; no triggers"
	}
	const key = "begin it with project_id; a table without a project is listed under installationTables in internal/arch/plan_test.go"
	if m := indexed.FindStringSubmatch(l); m != nil {
		*table = m[2]
		if m[3] != "project_id" && !installationTables[m[2]] {
			return "index " + m[1] + " does not begin with project_id", key
		}
		return "", ""
	}
	if m := points.FindStringSubmatch(l); m != nil {
		if o := maker(m[1]); o == "" || o == "kit" || o != r && floors[o] >= floors[r] {
			return "a foreign key of " + r + " points to " + m[1] + ", which is not below it", "let foreign keys point down or inside the room"
		}
	}
	if installationTables[*table] {
		return "", ""
	}
	for _, m := range keyed.FindAllStringSubmatch(l, -1) {
		if m[1] != "project_id" {
			return "a key of " + *table + " does not begin with project_id", key
		}
	}
	if m := inlineKey.FindStringSubmatch(l); m != nil && m[1] != "project_id" && !strings.EqualFold(m[1], "constraint") && !strings.EqualFold(m[1], "create") {
		return "key " + m[1] + " of " + *table + " does not begin with project_id", key
	}
	return "", ""
}
