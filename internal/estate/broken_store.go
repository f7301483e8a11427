package estate

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/search"
)

// Broken names rooms whose stored payer or number of people is not what their
// occupants say, a wrong count of rooms, and people whom the search would not
// find, as sentences for the operator; none is what should be.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	q := s.db.Reader(ctx)
	out := []string{}
	for _, find := range []func(context.Context, db.Q, id.ID) ([]string, error){brokenRooms, brokenCount, brokenTerms} {
		found, err := find(ctx, q, project)
		if err != nil {
			return nil, fmt.Errorf("check rooms: %w", err)
		}
		out = append(out, found...)
	}
	return out, nil
}

// brokenRooms says the rule of refreshRooms once more, on purpose.
func brokenRooms(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT id, label, payer_id, people, payer_now, people_now FROM (
			SELECT r.id, r.label, r.payer_id, r.people,
				COALESCE((SELECT o.person_id FROM estate_occupant o WHERE o.project_id = r.project_id AND o.room_id = r.id
					AND o.until = 0 AND (o.payer = 1 OR o.part = 'owner') ORDER BY o.payer DESC, o.share DESC, o.id LIMIT 1), 0) AS payer_now,
				(SELECT COUNT(DISTINCT o.person_id) FROM estate_occupant o WHERE o.project_id = r.project_id AND o.room_id = r.id AND o.until = 0) AS people_now
			FROM estate_room r WHERE r.project_id = ?
		) AS derived WHERE payer_id <> payer_now OR people <> people_now ORDER BY id LIMIT 100`, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var room, payer, payerNow id.ID
		var label string
		var people, peopleNow int
		err := row.Scan(&room, &label, &payer, &people, &payerNow, &peopleNow)
		return fmt.Sprintf("房间 %s（%s）记的缴费人是 %s、%d 人，按住户登记应为 %s、%d 人", label, room, payer, people, payerNow, peopleNow), err
	})
}

func brokenCount(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT name, rooms, have FROM (
			SELECT p.name, p.rooms, (SELECT COUNT(*) FROM estate_room r WHERE r.project_id = p.project_id) AS have FROM estate_project p WHERE p.project_id = ?
		) AS counted WHERE rooms <> have`, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var name string
		var rooms, have int64
		err := row.Scan(&name, &rooms, &have)
		return fmt.Sprintf("项目 %s 记的是 %d 间房，实有 %d 间", name, rooms, have), err
	})
}

// brokenTerms compares how many search entries people have with how many their
// names give.
func brokenTerms(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, "SELECT person_id, COUNT(*) FROM estate_term WHERE project_id = ? AND person_id <> 0 GROUP BY person_id", project)
	have := map[id.ID]int{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var person id.ID
		var n int
		err := row.Scan(&person, &n)
		have[person] = n
		return struct{}{}, err
	})
	if err != nil {
		return nil, err
	}
	rows, err = q.Query(ctx, "SELECT id, name FROM estate_person WHERE project_id = ? AND forgotten_at = 0", project)
	out := []string{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var person id.ID
		var name string
		err := row.Scan(&person, &name)
		if n := len(search.NameTokens(name)); n != have[person] && len(out) < 100 {
			out = append(out, fmt.Sprintf("住户 %s 的搜索词有 %d 个，按姓名应有 %d 个", person, have[person], n))
		}
		delete(have, person)
		return struct{}{}, err
	})
	for person := range have {
		if len(out) < 100 {
			out = append(out, fmt.Sprintf("住户 %s 不存在，搜索词却还在", person))
		}
	}
	return out, err
}
