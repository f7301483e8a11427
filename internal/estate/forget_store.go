package estate

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func waitingFor(ctx context.Context, q db.Q, project, person id.ID) ([]Bond, error) {
	rows, err := q.Query(ctx, `SELECT t.room_id, r.label FROM estate_transfer t JOIN estate_room r ON r.project_id = t.project_id AND r.id = t.room_id
		WHERE t.project_id = ? AND t.state = 'planned' AND (t.to_id = ? OR t.from_id = ?) ORDER BY t.id`, project, person, person)
	return db.Collect(rows, err, func(row db.Scanner) (b Bond, err error) { return b, row.Scan(&b.Room, &b.RoomLabel) })
}

func wipePerson(ctx context.Context, tx *db.Tx, project, person id.ID) error {
	_, err := tx.Exec(ctx, `UPDATE estate_person SET name = ?, name_key = '', sort_key = '', gender = '', email = '', phone_enc = '', phone_mask = '', phone_blind = '',
		phone_last4_blind = '', id_enc = '', id_mask = '', id_blind = '', forgotten_at = ?, version = version + 1 WHERE project_id = ? AND id = ?`,
		ForgottenName, tx.Now(), project, person)
	if err != nil {
		return fmt.Errorf("wipe person: %w", err)
	}
	for _, table := range []string{"estate_tagged", "estate_value", "estate_correction"} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE project_id = ? AND subject_id = ?", project, person); err != nil {
			return fmt.Errorf("wipe person: %w", err)
		}
	}
	return nil
}

// Forgotten tells which of the people were forgotten.
func (s *Service) Forgotten(ctx context.Context, q db.Q, project id.ID, people []id.ID) (map[id.ID]bool, error) {
	return idSet(ctx, q, "SELECT id FROM estate_person WHERE forgotten_at > 0 AND project_id = ? AND id IN (", people, project, ")", nil)
}
