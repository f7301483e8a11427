package app_test

import (
	"fmt"
	"testing"

	"linli/internal/invoice"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
)

// invoices gives a twin a title and an application that was taken back, so that
// the receipt stays as free as other tests want it; a paper hangs on it.
func (w *matrixWorld) invoices(t *testing.T, p *twin, who actor.Actor) {
	t.Helper()
	ctx, project := t.Context(), p.ids["project"]
	if _, err := w.app.Invoice.SetSeller(ctx, who, project, seller()); err != nil {
		t.Fatal(err)
	}
	if err := w.app.Invoice.SetTax(ctx, who, project, invoice.Tax{Item: p.ids["item"], From: 20250101, Rate: 600, Code: "3040801010000000000", Short: "企业管理服务"}); err != nil {
		t.Fatal(err)
	}
	list, err := w.app.Invoice.Ask(ctx, who, project, invoice.Application{Receipts: []id.ID{p.ids["receipt"]}, Expected: 100_00,
		New: &invoice.Title{Party: invoice.Party{Name: p.canary}}})
	if err != nil {
		t.Fatal(err)
	}
	v, err := w.app.Invoice.Cancel(ctx, who, project, list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	titles, err := w.app.Invoice.Titles(ctx, w.app.DB.Reader(ctx), project, v.Payer)
	if err != nil || len(titles) != 1 {
		t.Fatalf("titles %v: %v", titles, err)
	}
	if err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE invoice_doc SET file_id = (SELECT file_id FROM expense_doc WHERE project_id = ? AND id = ?) WHERE project_id = ? AND id = ?",
			project, p.ids["expense"], project, v.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	p.ids["invoice"], p.ids["title"] = v.ID, titles[0].ID
}

// invoiceBodies are requests about invoices that reach the rules.
func invoiceBodies(from twin) map[string]string {
	const party = `"name":"周文博"`
	return map[string]string{
		"invoice-seller-put": `{` + party + `,"small":false,"host":"","access_key":"","active":false,"version":0}`,
		"invoice-tax-put":    fmt.Sprintf(`{"from":%q,"rate":600,"simple":false,"code":"3040801010000000000","short":"企业管理服务","lease":false}`, clock.DateOf(dbtest.Start())),
		"invoice-title-add":  fmt.Sprintf(`{"payer_id":%q,"title":{%s,"company":false}}`, from.ids["person"], party),
		"invoice-title-edit": `{"title":{` + party + `,"company":false},"active":true,"version":1}`,
		"invoice-ask":        fmt.Sprintf(`{"receipt_ids":[%q],"title_id":%q,"expected":1}`, from.ids["receipt"], from.ids["title"]),
		"invoice-issue":      fmt.Sprintf(`{"ids":[%q]}`, from.ids["invoice"]),
		"invoice-reverse":    `{"reason":"矩阵测试"}`,
	}
}
