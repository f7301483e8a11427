package correction

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

const batchColumns = "id, from_month, until_month, reason, proof, state, by_id, by_name, at, void_by, void_name, void_at, void_reason, version"

func scanBatch(row db.Scanner) (Batch, error) {
	b := Batch{Counts: map[RoomState]int{}, Rooms: []BatchRoom{}}
	var at, voided int64
	err := row.Scan(&b.ID, &b.From, &b.Until, &b.Reason, &b.Proof, &b.State, &b.By, &b.ByName, &at, &b.VoidBy, &b.VoidName, &voided, &b.VoidReason, &b.Version)
	b.At, b.VoidAt = db.Micro(at), db.Micro(voided)
	return b, err
}

func insertBatch(ctx context.Context, tx *db.Tx, project id.ID, b *Batch) error {
	_, err := tx.Exec(ctx, "INSERT INTO correction_batch (project_id, "+batchColumns+") VALUES ("+db.In(15)+")", project, b.ID, b.From, b.Until, b.Reason, b.Proof,
		string(b.State), b.By, b.ByName, b.At, 0, "", 0, "", b.Version)
	if err != nil {
		return fmt.Errorf("insert batch of corrections: %w", err)
	}
	err = tx.Copy(ctx, "correction_batch_room", []string{"project_id", "batch_id", "no", "room_id", "plus", "minus", "state", "doc_id", "problem"}, len(b.Rooms), func(i int, dst []any) error {
		r := &b.Rooms[i]
		dst[0], dst[1], dst[2], dst[3], dst[4], dst[5], dst[6], dst[7], dst[8] = int64(project), int64(b.ID), int64(r.No), int64(r.Room), int64(r.Plus), int64(r.Minus), string(r.State), int64(0), ""
		return nil
	})
	if err != nil {
		return fmt.Errorf("insert rooms of batch: %w", err)
	}
	return nil
}

func updateBatch(ctx context.Context, tx *db.Tx, project id.ID, b *Batch) error {
	_, err := tx.Exec(ctx, "UPDATE correction_batch SET state = ?, void_by = ?, void_name = ?, void_at = ?, void_reason = ?, version = ? WHERE project_id = ? AND id = ?",
		string(b.State), b.VoidBy, b.VoidName, b.VoidAt, b.VoidReason, b.Version, project, b.ID)
	if err != nil {
		return fmt.Errorf("update batch of corrections: %w", err)
	}
	return nil
}

// moveRooms moves the rooms of a batch that stand in some states to another.
func moveRooms(ctx context.Context, tx *db.Tx, project, batch id.ID, to RoomState, problem string, from ...RoomState) error {
	args := []any{string(to), problem, project, batch}
	for _, s := range from {
		args = append(args, string(s))
	}
	_, err := tx.Exec(ctx, "UPDATE correction_batch_room SET state = ?, problem = ? WHERE project_id = ? AND batch_id = ? AND state IN ("+db.In(len(from))+")", args...)
	if err != nil {
		return fmt.Errorf("move rooms of batch: %w", err)
	}
	return nil
}

func settleRoom(ctx context.Context, tx *db.Tx, project, batch id.ID, r *BatchRoom) error {
	_, err := tx.Exec(ctx, "UPDATE correction_batch_room SET state = ?, doc_id = ?, problem = ? WHERE project_id = ? AND batch_id = ? AND no = ?",
		string(r.State), r.Doc, r.Problem, project, batch, r.No)
	if err != nil {
		return fmt.Errorf("settle room of batch: %w", err)
	}
	return nil
}

// lockBatchRoom locks a room of a batch and tells where it stands.
func lockBatchRoom(ctx context.Context, tx *db.Tx, project, batch id.ID, no int) (state RoomState, err error) {
	if err := tx.Lock(ctx, "SELECT no FROM correction_batch_room WHERE project_id = ? AND batch_id = ? AND no = ?", project, batch, no); err != nil {
		return "", fmt.Errorf("lock room of batch: %w", err)
	}
	err = tx.QueryRow(ctx, "SELECT state FROM correction_batch_room WHERE project_id = ? AND batch_id = ? AND no = ?", project, batch, no).Scan(&state)
	if err != nil {
		return "", fmt.Errorf("lock room of batch: %w", err)
	}
	return state, nil
}

func lockBatch(ctx context.Context, tx *db.Tx, project, batch id.ID) (Batch, error) {
	if err := tx.Lock(ctx, "SELECT id FROM correction_batch WHERE project_id = ? AND id = ?", project, batch); err != nil {
		return Batch{}, fmt.Errorf("lock batch of corrections: %w", err)
	}
	return oneBatch(ctx, tx, project, batch)
}

func oneBatch(ctx context.Context, q db.Q, project, batch id.ID) (Batch, error) {
	b, err := scanBatch(q.QueryRow(ctx, "SELECT "+batchColumns+" FROM correction_batch WHERE project_id = ? AND id = ?", project, batch))
	if errors.Is(err, sql.ErrNoRows) {
		return b, fault.ErrNotFound
	}
	if err != nil {
		return b, fmt.Errorf("read batch of corrections: %w", err)
	}
	rows, err := q.Query(ctx, `SELECT r.no, r.room_id, r.plus, r.minus, r.state, r.doc_id, COALESCE(d.number, ''), r.problem FROM correction_batch_room r
		LEFT JOIN correction_doc d ON d.project_id = r.project_id AND d.id = r.doc_id WHERE r.project_id = ? AND r.batch_id = ? ORDER BY r.no`, project, batch)
	b.Rooms, err = db.Collect(rows, err, func(row db.Scanner) (BatchRoom, error) {
		var r BatchRoom
		return r, row.Scan(&r.No, &r.Room, &r.Plus, &r.Minus, &r.State, &r.Doc, &r.Number, &r.Problem)
	})
	if err != nil {
		return b, fmt.Errorf("list rooms of batch: %w", err)
	}
	list := []Batch{b}
	err = countRooms(ctx, q, project, list)
	return list[0], err
}

func listBatches(ctx context.Context, q db.Q, project, before id.ID, limit int) ([]Batch, error) {
	where, args := "project_id = ?", []any{project}
	if before != 0 {
		where, args = where+" AND id < ?", append(args, before)
	}
	rows, err := q.Query(ctx, "SELECT "+batchColumns+" FROM correction_batch WHERE "+where+" ORDER BY id DESC LIMIT ?", append(args, limit+1)...)
	out, err := db.Collect(rows, err, scanBatch)
	if err != nil {
		return nil, err
	}
	return out, countRooms(ctx, q, project, out)
}

// countRooms counts the rooms of batches by state, with what their documents
// come to.
func countRooms(ctx context.Context, q db.Q, project id.ID, list []Batch) error {
	at, ids := map[id.ID]*Batch{}, make([]id.ID, len(list))
	for i := range list {
		ids[i], at[list[i].ID] = list[i].ID, &list[i]
	}
	if len(ids) == 0 {
		return nil
	}
	among, args := db.Among("r.batch_id", ids)
	rows, err := q.Query(ctx, `SELECT r.batch_id, r.state, COUNT(*), CAST(COALESCE(SUM(d.plus), 0) AS BIGINT), CAST(COALESCE(SUM(d.minus), 0) AS BIGINT)
		FROM correction_batch_room r LEFT JOIN correction_doc d ON d.project_id = r.project_id AND d.id = r.doc_id AND d.state = 'made'
		WHERE r.project_id = ? AND `+among+" GROUP BY r.batch_id, r.state", append([]any{project}, args...)...)
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var batch id.ID
		var state RoomState
		var n int
		var plus, minus int64
		err := row.Scan(&batch, &state, &n, &plus, &minus)
		if b := at[batch]; err == nil {
			b.Counts[state] = n
			b.Plus += money.Fen(plus)
			b.Minus += money.Fen(minus)
		}
		return struct{}{}, err
	})
	if err != nil {
		return fmt.Errorf("count rooms of batches: %w", err)
	}
	return nil
}

// brokenRooms names rooms of batches that are not what their documents are:
// made, kept and voided ones have one of the room and of the sums that were
// seen, the others have none.
func brokenRooms(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT r.batch_id, r.no, r.state, r.plus, r.minus, COALESCE(d.number, '（没有）'), COALESCE(d.plus, 0), COALESCE(d.minus, 0) FROM correction_batch_room r
		LEFT JOIN correction_batch b ON b.project_id = r.project_id AND b.id = r.batch_id
		LEFT JOIN correction_doc d ON d.project_id = r.project_id AND d.id = r.doc_id
		WHERE r.project_id = ? AND (b.id IS NULL OR (r.state IN ('waiting', 'refused')) <> (r.doc_id = 0) OR r.doc_id <> 0 AND (d.id IS NULL OR d.room_id <> r.room_id
			OR d.plus <> r.plus OR d.minus <> r.minus OR d.by_id <> b.by_id OR r.state = 'voided' AND d.state <> 'voided')) ORDER BY r.batch_id, r.no LIMIT 100`, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var batch id.ID
		var no int
		var state, number string
		var plus, minus, more, less money.Fen
		err := row.Scan(&batch, &no, &state, &plus, &minus, &number, &more, &less)
		return fmt.Sprintf("成批补差 %s 第 %d 间（%s）补收 %s 元、减收 %s 元，它的补差单 %s 是 %s 元、%s 元", batch, no, state, plus.Yuan(), minus.Yuan(), number, more.Yuan(), less.Yuan()), err
	})
}
