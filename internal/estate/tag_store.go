package estate

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const tagQuery = `SELECT t.id, t.name, t.kind, t.state, t.version,
	(SELECT COUNT(*) FROM estate_tagged x WHERE x.project_id = t.project_id AND x.tag_id = t.id) FROM estate_tag t WHERE t.project_id = ?`

func scanTag(row db.Scanner) (Tag, error) {
	var t Tag
	var state string
	err := row.Scan(&t.ID, &t.Name, &t.Kind, &state, &t.Version, &t.Count)
	t.Active = state == "active"
	return t, err
}

func tagState(active bool) string {
	if active {
		return "active"
	}
	return "retired"
}

func oneTag(ctx context.Context, q db.Q, project, tag id.ID) (Tag, error) {
	t, err := scanTag(q.QueryRow(ctx, tagQuery+" AND t.id = ?", project, tag))
	return found(t, err, "read tag", fault.ErrNotFound)
}

// Tags lists the tags of a kind with how many bear them; kind empty means all.
func (s *Service) Tags(ctx context.Context, q db.Q, project id.ID, kind string) ([]Tag, error) {
	query, args := tagQuery, []any{project}
	if kind != "" {
		query, args = query+" AND t.kind = ?", append(args, kind)
	}
	rows, err := q.Query(ctx, query+" ORDER BY t.kind, t.state, t.sort, t.id", args...)
	out, err := db.Collect(rows, err, scanTag)
	if err != nil {
		return nil, fmt.Errorf("list tags: %w", err)
	}
	return out, nil
}

func insertTag(ctx context.Context, tx *db.Tx, project id.ID, t *Tag) error {
	_, err := tx.Exec(ctx, `INSERT INTO estate_tag (project_id, id, name, kind, sort, state, version, created_at) VALUES (?, ?, ?, ?, 0, ?, 1, ?)`,
		project, t.ID, t.Name, t.Kind, tagState(t.Active), tx.Now())
	if db.IsUnique(err) {
		return ErrTagTaken.Say("已有标签 %s", t.Name)
	}
	if err != nil {
		return fmt.Errorf("insert tag: %w", err)
	}
	return nil
}

func updateTag(ctx context.Context, tx *db.Tx, project id.ID, t *Tag) error {
	n, err := tx.Exec(ctx, "UPDATE estate_tag SET name = ?, state = ?, version = version + 1 WHERE project_id = ? AND id = ? AND version = ?",
		t.Name, tagState(t.Active), project, t.ID, t.Version)
	if db.IsUnique(err) {
		return ErrTagTaken.Say("已有标签 %s", t.Name)
	}
	if err != nil {
		return fmt.Errorf("update tag: %w", err)
	}
	if n == 0 {
		return fault.ErrStale
	}
	t.Version++
	return nil
}

func countThere(ctx context.Context, q db.Q, project id.ID, kind string, ids []id.ID) (int, error) {
	where := "estate_person WHERE forgotten_at = 0 AND"
	if kind == TagRoom {
		where = "estate_room WHERE"
	}
	there, err := idSet(ctx, q, "SELECT id FROM "+where+" project_id = ? AND id IN (", ids, project, ")", nil)
	return len(there), err
}

func putTag(ctx context.Context, tx *db.Tx, project, tag id.ID, subjects []id.ID, on bool) ([]id.ID, error) {
	changed := []id.ID{}
	for _, x := range subjects {
		var n int64
		var err error
		if on {
			n, err = tx.Exec(ctx, `INSERT INTO estate_tagged (project_id, tag_id, subject_id, at) VALUES (?, ?, ?, ?)
				ON CONFLICT (project_id, tag_id, subject_id) DO NOTHING`, project, tag, x, tx.Now())
		} else {
			n, err = tx.Exec(ctx, "DELETE FROM estate_tagged WHERE project_id = ? AND tag_id = ? AND subject_id = ?", project, tag, x)
		}
		if err != nil {
			return nil, fmt.Errorf("put tag: %w", err)
		}
		if n > 0 {
			changed = append(changed, x)
		}
	}
	return changed, nil
}

// TagsOf are the tags by bearer.
func (s *Service) TagsOf(ctx context.Context, q db.Q, project id.ID, subjects []id.ID) (map[id.ID][]Tag, error) {
	out := map[id.ID][]Tag{}
	return out, db.EachOfIDs(ctx, q, `SELECT x.subject_id, t.id, t.name, t.kind FROM estate_tagged x
		JOIN estate_tag t ON t.project_id = x.project_id AND t.id = x.tag_id
		WHERE x.project_id = ? AND x.subject_id IN (`, project, subjects, ") ORDER BY t.sort, t.id", func(row db.Scanner) error {
		var subject id.ID
		t := Tag{Active: true}
		err := row.Scan(&subject, &t.ID, &t.Name, &t.Kind)
		out[subject] = append(out[subject], t)
		return err
	})
}

// TaggedRooms are the rooms that bear a tag or in which somebody lives who
// does, ascending.
func (s *Service) TaggedRooms(ctx context.Context, q db.Q, project, tag id.ID) ([]id.ID, error) {
	t, err := oneTag(ctx, q, project, tag)
	if err != nil {
		return nil, err
	}
	query := "SELECT subject_id FROM estate_tagged WHERE project_id = ? AND tag_id = ? ORDER BY subject_id"
	if t.Kind == TagPerson {
		query = `SELECT DISTINCT o.room_id FROM estate_tagged t
			JOIN estate_occupant o ON o.project_id = t.project_id AND o.person_id = t.subject_id AND o.until = 0
			WHERE t.project_id = ? AND t.tag_id = ? ORDER BY o.room_id`
	}
	rows, err := q.Query(ctx, query, project, tag)
	out, err := db.Collect(rows, err, scanID)
	if err != nil {
		return nil, fmt.Errorf("list bearers of tag: %w", err)
	}
	return out, nil
}

// Tagged are Tag, Subject and Since of whoever bears tags, whether anybody lives
// there or not: what can be known of many at little cost.
func (s *Service) Tagged(ctx context.Context, q db.Q, project id.ID, tags []id.ID) ([]Bearer, error) {
	return db.OfIDs(ctx, q, "SELECT tag_id, subject_id, at FROM estate_tagged WHERE project_id = ? AND tag_id IN (", project, tags, ")", func(row db.Scanner) (b Bearer, err error) {
		var at int64
		err = row.Scan(&b.Tag, &b.Subject, &at)
		b.Since = db.Micro(at)
		return b, err
	})
}

// Homes are Tag and Subject of Bearers, each with the oldest of its rooms.
func (s *Service) Homes(ctx context.Context, q db.Q, project id.ID, f BearerFilter) ([]Bearer, error) {
	tail, args := inBuildings("building_id", f.Within)
	if tail != "" {
		tail, args = " AND o.room_id IN (SELECT id FROM estate_room WHERE project_id = ?"+tail+")", append([]any{project}, args...)
	}
	return db.OfIDs(ctx, q, "SELECT t.tag_id, t.subject_id, MIN(o.room_id) FROM estate_tagged t"+livingHere(f.Kind)+" WHERE t.project_id = ? AND t.tag_id IN (", project, f.Tags,
		")"+tail+" GROUP BY t.tag_id, t.subject_id", func(row db.Scanner) (b Bearer, err error) {
			err = row.Scan(&b.Tag, &b.Subject, &b.Room)
			return b, err
		}, args...)
}

func livingHere(kind string) string {
	return " JOIN estate_occupant o ON o.project_id = t.project_id AND o." + kind + "_id = t.subject_id AND o.until = 0"
}

// Bearers are those who live in rooms within the limit now and bear a tag, or
// whose room does, by rooms.
func (s *Service) Bearers(ctx context.Context, q db.Q, project id.ID, f BearerFilter) ([]Bearer, error) {
	tail, args := inBuildings("r.building_id", f.Within)
	if f.Subjects != nil {
		among, list := db.Among("t.subject_id", f.Subjects)
		tail, args = tail+" AND "+among, append(args, list...)
	}
	return db.OfIDs(ctx, q, "SELECT t.tag_id, t.subject_id, r.id, r.building_id, p.id, r.label, r.sort_key, p.name, p.phone_mask, t.at FROM estate_tagged t"+livingHere(f.Kind)+`
		JOIN estate_room r ON r.project_id = o.project_id AND r.id = o.room_id
		JOIN estate_person p ON p.project_id = o.project_id AND p.id = o.person_id
		WHERE t.project_id = ? AND t.tag_id IN (`, project, f.Tags, ")"+tail+" ORDER BY r.sort_key, o.id", func(row db.Scanner) (Bearer, error) {
		var b Bearer
		var at int64
		err := row.Scan(&b.Tag, &b.Subject, &b.Room, &b.Building, &b.Person, &b.Label, &b.Sort, &b.Name, &b.PhoneMask, &at)
		b.Since = db.Micro(at)
		return b, err
	}, args...)
}
