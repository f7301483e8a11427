package estate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/search"
)

const personColumns = "p.id, p.name, p.kind, p.gender, p.email, p.phone_mask, p.id_mask, p.version"

func personTargets(p *Person) []any {
	return []any{&p.ID, &p.Name, &p.Kind, &p.Gender, &p.Email, &p.PhoneMask, &p.IDMask, &p.Version}
}

func scanPerson(row db.Scanner) (Person, error) {
	var p Person
	err := row.Scan(personTargets(&p)...)
	return p, err
}

// remembered is the condition that somebody was not forgotten.
const remembered = " FROM estate_person p WHERE p.project_id = ? AND p.id = ? AND p.forgotten_at = 0"

func onePerson(ctx context.Context, q db.Q, project, person id.ID) (Person, error) {
	p, err := scanPerson(q.QueryRow(ctx, "SELECT "+personColumns+remembered, project, person))
	return found(p, err, "read person", fault.ErrNotFound)
}

func lockPerson(ctx context.Context, tx *db.Tx, project, person id.ID) error {
	return tx.Lock(ctx, "SELECT id FROM estate_person WHERE project_id = ? AND id = ?", project, person)
}

const sealedColumns = personColumns + ", p.name_key, p.sort_key, p.phone_enc, p.phone_blind, p.phone_last4_blind, p.id_enc, p.id_blind"

func scanSealed(row db.Scanner) (*sealedPerson, error) {
	p := &sealedPerson{}
	err := row.Scan(append(personTargets(&p.Person), &p.nameKey, &p.sort, &p.phone, &p.phoneBlind, &p.phone4, &p.idNumber, &p.idBlind)...)
	return p, err
}

func sealedOne(ctx context.Context, q db.Q, project, person id.ID) (*sealedPerson, error) {
	p, err := scanSealed(q.QueryRow(ctx, "SELECT "+sealedColumns+remembered, project, person))
	return found(p, err, "read person", fault.ErrNotFound)
}

// peopleByBlind finds people by phone_blind, phone_last4_blind or id_blind.
func peopleByBlind(ctx context.Context, q db.Q, project id.ID, column string, blinds []string) ([]*sealedPerson, error) {
	var out []*sealedPerson
	for chunk := range slices.Chunk(blinds, 500) {
		args := []any{project}
		for _, b := range chunk {
			args = append(args, b)
		}
		rows, err := q.Query(ctx, "SELECT "+sealedColumns+" FROM estate_person p WHERE p.project_id = ? AND p."+column+" <> '' AND p."+column+
			" IN ("+db.In(len(chunk))+") ORDER BY p.id", args...)
		part, err := db.Collect(rows, err, scanSealed)
		if err != nil {
			return nil, fmt.Errorf("find people: %w", err)
		}
		out = append(out, part...)
	}
	return out, nil
}

func peopleByID(ctx context.Context, q db.Q, project id.ID, ids []id.ID) ([]*sealedPerson, error) {
	return db.OfIDs(ctx, q, "SELECT "+sealedColumns+" FROM estate_person p WHERE p.project_id = ? AND p.id IN (", project, ids, ") ORDER BY p.id", scanSealed)
}

func copyPeople(ctx context.Context, tx *db.Tx, project id.ID, people []*sealedPerson) error {
	now := tx.Now().UnixMicro()
	return tx.Copy(ctx, "estate_person", []string{"project_id", "id", "name", "name_key", "kind", "gender", "email", "phone_enc", "phone_mask", "phone_blind",
		"phone_last4_blind", "id_enc", "id_mask", "id_blind", "sort_key", "version", "created_at"}, len(people), func(i int, dst []any) error {
		p := people[i]
		copy(dst, []any{int64(project), int64(p.ID), p.Name, p.nameKey, p.Kind, p.Gender, p.Email, p.phone, p.PhoneMask, p.phoneBlind,
			p.phone4, p.idNumber, p.IDMask, p.idBlind, p.sort, int64(p.Version), now})
		return nil
	})
}

func updatePerson(ctx context.Context, tx *db.Tx, project id.ID, p *sealedPerson) error {
	n, err := tx.Exec(ctx, `UPDATE estate_person SET name = ?, name_key = ?, kind = ?, gender = ?, email = ?, phone_enc = ?, phone_mask = ?, phone_blind = ?,
		phone_last4_blind = ?, id_enc = ?, id_mask = ?, id_blind = ?, sort_key = ?, version = version + 1 WHERE project_id = ? AND id = ? AND version = ?`,
		p.Name, p.nameKey, p.Kind, p.Gender, p.Email, p.phone, p.PhoneMask, p.phoneBlind, p.phone4, p.idNumber, p.IDMask, p.idBlind, p.sort,
		project, p.ID, p.Version)
	if err != nil {
		return fmt.Errorf("update person: %w", err)
	}
	if n == 0 {
		return fault.ErrStale
	}
	p.Version++
	return nil
}

// term is one entry of the search index: a person's name or a room's rarer
// spelling.
type term struct {
	text         string
	person, room id.ID
}

// copyTerms writes in the order of the key, which spares SQLite most of the
// leaps through its tree.
func copyTerms(ctx context.Context, tx *db.Tx, project id.ID, terms []term) error {
	slices.SortFunc(terms, func(a, b term) int { return strings.Compare(a.text, b.text) })
	return tx.Copy(ctx, "estate_term", []string{"project_id", "term", "person_id", "room_id"}, len(terms), func(i int, dst []any) error {
		dst[0], dst[1], dst[2], dst[3] = int64(project), terms[i].text, int64(terms[i].person), int64(terms[i].room)
		return nil
	})
}

func dropRoomTerms(ctx context.Context, tx *db.Tx, project, room id.ID) error {
	if _, err := tx.Exec(ctx, "DELETE FROM estate_term WHERE project_id = ? AND room_id = ? AND room_id <> 0", project, room); err != nil {
		return fmt.Errorf("drop terms: %w", err)
	}
	return nil
}

// replaceTerms takes the entries of the old name out and puts those of the
// new one in. People have no index of their entries: it would double the cost
// of every import, and the old name tells them.
func replaceTerms(ctx context.Context, tx *db.Tx, project id.ID, old, p *sealedPerson) error {
	if err := dropTerms(ctx, tx, project, []*sealedPerson{old}); err != nil {
		return err
	}
	return copyTerms(ctx, tx, project, p.terms())
}

// dropTerms takes all entries of people out, so each term may be looked for with
// each person; few people at a time, for that is what it costs.
func dropTerms(ctx context.Context, tx *db.Tx, project id.ID, people []*sealedPerson) error {
	for chunk := range slices.Chunk(people, 8) {
		args, texts := []any{project}, []any{""} // a name of no letters has no entry
		for _, p := range chunk {
			args = append(args, p.ID)
			for _, t := range p.terms() {
				texts = append(texts, t.text)
			}
		}
		if _, err := tx.Exec(ctx, "DELETE FROM estate_term WHERE project_id = ? AND person_id IN ("+db.In(len(chunk))+") AND term IN ("+db.In(len(texts))+")", append(args, texts...)...); err != nil {
			return fmt.Errorf("drop terms: %w", err)
		}
	}
	return nil
}

func (s *Service) listPeople(ctx context.Context, q db.Q, project id.ID, f PersonFilter) (page.List[Person], error) {
	var sort string
	var last id.ID
	where, args := "p.project_id = ? AND p.forgotten_at = 0", []any{project}
	if ok, err := page.Decode(f.Cursor, &sort, &last); err != nil {
		return page.List[Person]{}, err
	} else if ok {
		where, args = where+" AND (p.sort_key, p.id) > (?, ?)", append(args, sort, last)
	}
	if f.Text != "" {
		cond, more := s.personMatch(project, f.Text)
		where, args = where+" AND "+cond, append(args, more...)
	}
	more, values := f.conditions()
	where, args = where+more, append(args, values...)
	if err := f.Says.normal(ctx, q, project); err != nil {
		return page.List[Person]{}, err
	}
	says, saying := f.Says.says("p.id", project)
	where, args = where+says, append(args, saying...)
	rows, err := q.Query(ctx, "SELECT "+sealedColumns+" FROM estate_person p WHERE "+where+" ORDER BY p.sort_key, p.id LIMIT ?", append(args, f.Limit+1)...)
	list, err := db.Collect(rows, err, scanSealed)
	if err != nil {
		return page.List[Person]{}, fmt.Errorf("list people: %w", err)
	}
	cut := page.Cut(list, f.Limit, func(p *sealedPerson) []any { return []any{p.sort, p.ID} })
	out := page.List[Person]{Items: make([]Person, len(cut.Items)), Next: cut.Next}
	for i, p := range cut.Items {
		out.Items[i] = p.Person
	}
	return out, nil
}

// conditions are those about rooms and tags; those about rooms must hold of
// one and the same entry.
func (f *PersonFilter) conditions() (string, []any) {
	where, args := "", []any{}
	live := ""
	if f.Part != "" {
		live, args = live+" AND o.part = ?", append(args, f.Part)
	}
	if f.MovedFrom != 0 {
		live, args = live+" AND o.since >= ?", append(args, f.MovedFrom)
	}
	if f.MovedUntil != 0 {
		live, args = live+" AND o.since > 0 AND o.since <= ?", append(args, f.MovedUntil)
	}
	if f.Building != 0 {
		live += " AND EXISTS (SELECT 1 FROM estate_room r WHERE r.project_id = o.project_id AND r.id = o.room_id AND r.building_id = ?)"
		args = append(args, f.Building)
	}
	if !f.Within.Whole() {
		limit, buildings := inBuildings("r.building_id", f.Within)
		live += " AND EXISTS (SELECT 1 FROM estate_room r WHERE r.project_id = o.project_id AND r.id = o.room_id" + limit + ")"
		args = append(args, buildings...)
	}
	if live != "" {
		where = " AND EXISTS (SELECT 1 FROM estate_occupant o WHERE o.project_id = p.project_id AND o.person_id = p.id AND o.until = 0" + live + ")"
	}
	if f.Tag != 0 {
		where += " AND EXISTS (SELECT 1 FROM estate_tagged x WHERE x.project_id = p.project_id AND x.subject_id = p.id AND x.tag_id = ?)"
		args = append(args, f.Tag)
	}
	return where, args
}

// personMatch is the condition under which a person answers to a text.
func (s *Service) personMatch(project id.ID, text string) (string, []any) {
	if blind, column, ok := s.blindQuery(project, text); ok {
		cond, args := "(p."+column+" <> '' AND p."+column+" = ?)", []any{blind}
		if column != "phone_last4_blind" {
			return cond, args
		}
		lo, hi := search.PrefixRange(text)
		return "(" + cond + " OR p.id IN (SELECT person_id FROM estate_term WHERE project_id = ? AND term >= ? AND term < ?))", append(args, project, lo, hi)
	}
	lo, hi := search.PrefixRange(text)
	return "p.id IN (SELECT person_id FROM estate_term WHERE project_id = ? AND term >= ? AND term < ?)", []any{project, lo, hi}
}

// blindQuery recognises a phone number, its last four digits or an ID number.
func (s *Service) blindQuery(project id.ID, text string) (blind, column string, ok bool) {
	kind := search.Classify(text)
	switch {
	case kind.Has(search.PhoneFull):
		if phone, err := crypt.NormalizePhone(text); err == nil {
			return s.ring.Blind(int64(project), "phone", phone), "phone_blind", true
		}
	case kind.Has(search.PhoneTail):
		return s.ring.Blind(int64(project), "phone4", search.Fold(text)), "phone_last4_blind", true
	}
	if n, err := crypt.CheckID(text); err == nil {
		return s.ring.Blind(int64(project), "idno", n), "id_blind", true
	}
	return "", "", false
}
