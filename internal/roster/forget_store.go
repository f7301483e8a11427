package roster

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// ForgetPerson takes away what imports keep of somebody inside tx, while he still has
// his name: values for later, what he was before an import changed him, and what their
// reports say of him. An import that changed him cannot be undone any more, because he
// is not as it left him. Error: fault.ErrNotFound.
func (s *Service) ForgetPerson(ctx context.Context, tx *db.Tx, project, person id.ID) error {
	p, err := s.estate.Person(ctx, tx, project, person)
	if err != nil {
		return err
	}
	if err := forgetReports(ctx, tx, project, p.Name); err != nil {
		return err
	}
	return forgetJournals(ctx, tx, project, person)
}

// forgetReports blanks what reports and faults say in lines that name somebody. Who
// only shares the name loses nothing but these lines.
func forgetReports(ctx context.Context, tx *db.Tx, project id.ID, name string) error {
	like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(name) + "%"
	_, err := tx.Exec(ctx, `UPDATE estate_import_error SET value = '', message = ? WHERE project_id = ? AND (value LIKE ? ESCAPE '\' OR message LIKE ? ESCAPE '\')`,
		"这个人的个人信息已注销", project, like, like)
	if err != nil {
		return fmt.Errorf("forget faults: %w", err)
	}
	rows, err := tx.Query(ctx, "SELECT "+importColumns+" FROM estate_import WHERE project_id = ? AND report LIKE ? ESCAPE '\\' ORDER BY id", project, like)
	list, err := db.Collect(rows, err, scanImport)
	if err != nil {
		return fmt.Errorf("read reports: %w", err)
	}
	for i := range list {
		for j := range list[i].Report.Changes {
			if c := &list[i].Report.Changes[j]; strings.Contains(c.Label+c.Text, name) {
				c.Label, c.Text = "", estate.ForgottenName
			}
		}
		if err := updateImport(ctx, tx, project, &list[i]); err != nil {
			return fmt.Errorf("forget reports: %w", err)
		}
	}
	return nil
}

func forgetJournals(ctx context.Context, tx *db.Tx, project, person id.ID) error {
	if _, err := tx.Exec(ctx, "DELETE FROM estate_kept WHERE project_id = ? AND person_id = ?", project, person); err != nil {
		return fmt.Errorf("forget kept values: %w", err)
	}
	type at struct {
		imp  id.ID
		no   int64
		data string
	}
	rows, err := tx.Query(ctx, "SELECT import_id, no, data FROM estate_import_step WHERE project_id = ? AND kind = ? AND place = 'estate_person' AND data LIKE ?",
		project, stepChanged, `%"`+person.String()+`"%`)
	list, err := db.Collect(rows, err, func(row db.Scanner) (a at, err error) { return a, row.Scan(&a.imp, &a.no, &a.data) })
	if err != nil {
		return fmt.Errorf("read journals: %w", err)
	}
	for _, a := range list {
		var d stepData
		if err := json.Unmarshal([]byte(a.data), &d); err != nil {
			return fmt.Errorf("read journal: %w", err)
		}
		if len(d.Rows) != 1 || d.Rows[0] != person {
			continue
		}
		d.Before = ""
		b, err := json.Marshal(d)
		if err != nil {
			return fmt.Errorf("write journal: %w", err)
		}
		if _, err := tx.Exec(ctx, "UPDATE estate_import_step SET data = ? WHERE project_id = ? AND import_id = ? AND no = ?", string(b), project, a.imp, a.no); err != nil {
			return fmt.Errorf("write journal: %w", err)
		}
	}
	return nil
}
