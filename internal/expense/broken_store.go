package expense

import (
	"context"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// checkPage is how many documents are held at a time.
const checkPage = 1000

func eachDoc(ctx context.Context, q db.Q, project id.ID, fn func(*Doc)) error {
	for after := id.ID(0); ; {
		rows, err := q.Query(ctx, "SELECT "+docColumns+docTables+" WHERE d.project_id = ? AND d.id > ? ORDER BY d.id LIMIT ?", project, after, checkPage)
		list, err := db.Collect(rows, err, scanDoc)
		if err != nil {
			return err
		}
		for i := range list {
			fn(&list[i])
			after = list[i].ID
		}
		if len(list) < checkPage {
			return nil
		}
	}
}

type numbersOf struct{ count, last int64 }

func numbersBy(ctx context.Context, q db.Q, project id.ID, year, seq string) (map[int]numbersOf, error) {
	rows, err := q.Query(ctx, "SELECT "+year+", COUNT(*), MAX("+seq+") FROM expense_doc WHERE project_id = ? AND "+seq+" > 0 GROUP BY "+year, project)
	out := map[int]numbersOf{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var y int
		var x numbersOf
		err := row.Scan(&y, &x.count, &x.last)
		out[y] = x
		return struct{}{}, err
	})
	return out, err
}
