package bank

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/sheet"
)

// Imported is what a statement brought: new rows, rows that were known from
// an earlier file, rows of money that went out, and new rows with a guess.
type Imported struct {
	Name    string
	Rows    int
	New     int
	Known   int
	Out     int
	Guessed int
}

// Import reads a statement (xlsx or csv). Rows that are known, from the
// same file or from one that overlaps, stay as they are. Whose money a row may
// be is only a suggestion. Errors: ErrFile and those of sheet.
func (s *Service) Import(ctx context.Context, who actor.Actor, project id.ID, name string, r io.ReaderAt, size int64) (Imported, error) {
	name = sheet.PlainName(name)
	f, err := readFile(name, r, size)
	if err != nil {
		return Imported{}, err
	}
	out := Imported{Name: name, Rows: len(f.rows) + f.out, Out: f.out}
	known, err := knownPrints(ctx, s.db.Reader(ctx), project, f.rows)
	if err != nil {
		return out, fmt.Errorf("import bank statement: %w", err)
	}
	m := matcher{s: s, project: project, found: map[string]guess{}}
	var fresh []Row
	for _, row := range f.rows {
		if known[row.Print] {
			continue
		}
		if err := m.guess(ctx, &row); err != nil {
			return out, fmt.Errorf("import bank statement: %w", err)
		}
		fresh = append(fresh, row)
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		out.New, out.Guessed = 0, 0
		load := tx.NewID()
		var prints []string
		for i := range fresh {
			fresh[i].ID, fresh[i].Import = tx.NewID(), load
			added, err := insertRow(ctx, tx, project, &fresh[i])
			if err != nil {
				return fmt.Errorf("write bank row: %w", err)
			}
			if !added {
				continue
			}
			prints = append(prints, fresh[i].Print)
			if out.New++; fresh[i].Room != 0 {
				out.Guessed++
			}
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: actImported, Kind: kindImport, Subject: load,
			Summary: fmt.Sprintf("导入银行流水 %s：%d 行，新增收入 %d 笔", name, out.Rows, out.New), After: map[string]any{"rows": out.Rows, "new": out.New, "out": out.Out, "digest": digest(prints)}})
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("import bank statement: %w", err)
	}
	out.Known = len(f.rows) - out.New
	return out, nil
}

// actImported is an import in the log.
const actImported = "cashier.bank_imported"

// The kinds of subjects in the log.
const (
	kindImport = "bank_import"
	kindRow    = "bank_row"
	kindHeld   = "bank_held"
)

// digest seals the rows that an import added, in the order of their ids.
func digest(prints []string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(prints, "\n"))))
}

// guess is a room that something in a row points to.
type guess struct {
	room  id.ID
	label string
}

type matcher struct {
	s       *Service
	project id.ID
	found   map[string]guess // by why and text; statements repeat themselves
}

// spelled finds what may be a room: 3栋2单元1502, 3-2-1502, 3#1502, A座1001.
var spelled = regexp.MustCompile(`[A-Za-z]?\d{0,3}\s*(?:栋|幢|号楼|座|楼|#|-|—|/)\s*(?:\d{1,3}\s*(?:单元|门|-|—|/)\s*)?[A-Za-z]?\d{2,5}`)

// guess looks in the remark for a room, then for an account that paid before,
// then for a household's name; only what fits one room counts.
func (m *matcher) guess(ctx context.Context, b *Row) error {
	type way struct {
		why, text string
		find      func(ctx context.Context, text string) (guess, error)
	}
	var ways []way
	for _, text := range spelled.FindAllString(b.Remark, 3) {
		ways = append(ways, way{"room", text, m.byRoom})
	}
	if b.Account != "" {
		ways = append(ways, way{"account", b.Account, m.byAccount})
	}
	for _, name := range append([]string{b.Payer}, names(b.Remark)...) {
		if n := utf8.RuneCountInString(name); n >= 2 && n <= 30 {
			ways = append(ways, way{"name", name, m.byName})
		}
	}
	for _, w := range ways {
		g, ok := m.found[w.why+"/"+w.text]
		if !ok {
			var err error
			if g, err = w.find(ctx, w.text); err != nil {
				return err
			}
			m.found[w.why+"/"+w.text] = g
		}
		if g.room != 0 {
			b.Room, b.RoomLabel, b.Why = g.room, g.label, w.why
			return nil
		}
	}
	return nil
}

// names are the words of a remark that may be a person's name.
func names(remark string) []string {
	var out []string
	for _, word := range strings.FieldsFunc(remark, func(r rune) bool { return !unicode.Is(unicode.Han, r) }) {
		if n := utf8.RuneCountInString(word); n >= 2 && n <= 4 && !strings.ContainsAny(word, "费栋幢楼元月转账款") && len(out) < 3 {
			out = append(out, word)
		}
	}
	return out
}

func (m *matcher) byRoom(ctx context.Context, text string) (guess, error) {
	return m.only(ctx, strings.NewReplacer(" ", "", "—", "-", "/", "-").Replace(text), "room", "")
}

func (m *matcher) byName(ctx context.Context, name string) (guess, error) {
	return m.only(ctx, name, "name", name)
}

// only is the room that a search finds, or the first one of the only household;
// several are none.
func (m *matcher) only(ctx context.Context, text, why, name string) (guess, error) {
	hits, err := m.s.estate.Search(ctx, m.project, text, 5)
	if err != nil {
		return guess{}, err
	}
	var g guess
	var person id.ID
	for _, h := range hits {
		if h.Room == 0 || h.Why != why || name != "" && h.Name != name {
			continue
		}
		switch {
		case g.room == 0:
			g, person = guess{h.Room, h.Label}, h.Person
		case g.room != h.Room && (h.Person != person || person == 0):
			return guess{}, nil
		}
	}
	return g, nil
}

func (m *matcher) byAccount(ctx context.Context, account string) (guess, error) {
	rooms, err := paidFrom(ctx, m.s.db.Reader(ctx), m.project, account)
	if err != nil || len(rooms) != 1 {
		return guess{}, err
	}
	return rooms[0], nil
}
