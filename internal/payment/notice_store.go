package payment

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func insertNotices(ctx context.Context, tx *db.Tx, list []arrived) error {
	one := "(" + db.In(11) + ")"
	for part := range slices.Chunk(list, 20) {
		args := make([]any, 0, 11*len(part))
		for _, a := range part {
			n := a.notice
			header, err := json.Marshal(n.Header)
			if err != nil {
				return err
			}
			trade, err := json.Marshal(n.Trade)
			if err != nil {
				return err
			}
			number, transaction := n.about()
			args = append(args, a.project, n.ID, n.Channel, string(header), n.Body, string(n.State), n.Reason, number, transaction, string(trade), tx.Now())
		}
		_, err := tx.Exec(ctx, `INSERT INTO payment_notice (project_id, id, channel, header, body, state, reason, number, transaction_id, trade, at)
			VALUES `+one+strings.Repeat(", "+one, len(part)-1), args...)
		if err != nil {
			return err
		}
	}
	return nil
}

func noticesByID(ctx context.Context, q db.Q, project id.ID, ids []id.ID) ([]Notice, error) {
	args := []any{project}
	for _, x := range ids {
		args = append(args, x)
	}
	rows, err := q.Query(ctx, "SELECT id, channel, state, trade FROM payment_notice WHERE project_id = ? AND id IN ("+db.In(len(ids))+") ORDER BY id", args...)
	out, err := db.Collect(rows, err, func(row db.Scanner) (Notice, error) {
		var n Notice
		var trade string
		err := row.Scan(&n.ID, &n.Channel, &n.State, &trade)
		if err == nil {
			err = json.Unmarshal([]byte(trade), &n.Trade)
		}
		return n, err
	})
	if err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	return out, nil
}

// markNotices gives every verified notice about the same things its end, also
// those that only repeat what was said.
func markNotices(ctx context.Context, tx *db.Tx, project id.ID, list []Notice, state NoticeState, reason string) error {
	if len(list) == 0 {
		return nil
	}
	args := []any{string(state), reason, project}
	var said []any
	for i := range list {
		number, transaction := list[i].about()
		args = append(args, transaction)
		said = append(said, list[i].Channel+"/"+number+"/"+transaction)
	}
	_, err := tx.Exec(ctx, "UPDATE payment_notice SET state = ?, reason = ? WHERE project_id = ? AND state = 'verified' AND transaction_id IN ("+db.In(len(list))+
		") AND channel || '/' || number || '/' || transaction_id IN ("+db.In(len(list))+")", append(args, said...)...)
	if err != nil {
		return fmt.Errorf("mark notices: %w", err)
	}
	return nil
}

// capturedOf tells which transactions of a channel are booked.
func capturedOf(ctx context.Context, q db.Q, project id.ID, channel string, transactions []string) (map[string]bool, error) {
	args := []any{project, channel}
	for _, t := range transactions {
		args = append(args, t)
	}
	rows, err := q.Query(ctx, "SELECT transaction_id FROM payment_capture WHERE project_id = ? AND channel = ? AND transaction_id IN ("+db.In(len(transactions))+")", args...)
	list, err := db.Collect(rows, err, func(row db.Scanner) (t string, err error) { return t, row.Scan(&t) })
	if err != nil {
		return nil, fmt.Errorf("read captures: %w", err)
	}
	out := make(map[string]bool, len(transactions))
	for _, t := range list {
		out[t] = true
	}
	return out, nil
}

func insertCaptures(ctx context.Context, tx *db.Tx, project id.ID, list []Capture) error {
	columns := []string{"project_id", "channel", "merchant", "transaction_id", "number", "order_id", "amount", "paid_at", "found", "receipt_id", "at", "day"}
	return tx.Copy(ctx, "payment_capture", columns, len(list), func(i int, dst []any) error {
		c := &list[i]
		dst[0], dst[1], dst[2], dst[3], dst[4], dst[5] = int64(project), c.Channel, c.Merchant, c.Transaction, c.Number, int64(c.Order)
		dst[6], dst[7], dst[8], dst[9], dst[10], dst[11] = int64(c.Amount), c.PaidAt.UnixMicro(), string(c.Found), int64(c.Receipt), tx.Now().UnixMicro(), int64(c.Day)
		return nil
	})
}
