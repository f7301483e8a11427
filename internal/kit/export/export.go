// Package export is what a room says of a list that can be taken out as a
// table: its columns, who may have it, and how its rows are streamed with the
// filters of its page. Kit.
package export

import (
	"context"
	"io"
	"net/url"
	"slices"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

// Ask is who wants which rows of which project.
type Ask struct {
	Project id.ID
	Who     actor.Actor
	Query   url.Values // the parameters of the list's page, ids of its path among them
	Clear   bool       // personal data in clear; asked for with Offer.Clear and a reason
}

// Emit takes one row; it keeps no reference to the slice.
type Emit func(cells []sheet.Value) error

// Offer is one list that can be exported. Either Columns and Rows make a
// table, or Write makes a file of another kind.
type Offer struct {
	Key        string // stable, kebab-case: rooms, charges
	Name       string // Chinese: 房屋
	Permission actor.Permission
	Clear      actor.Permission // the right to have personal data in clear; empty when the list has none
	// Buildings says that Rows honours rights that are limited to buildings, as
	// the list's own operation does; without it they are refused.
	Buildings bool
	Columns   []sheet.Column
	// More are columns behind Columns that each project has of its own, nil
	// without.
	More  func(ctx context.Context, project id.ID) ([]sheet.Column, error)
	Check func(a Ask) error // refuses filters that the list does not know
	Rows  func(ctx context.Context, a Ask, emit Emit) error

	Suffix string                                                                   // of a file that is no table: .zip
	Write  func(ctx context.Context, a Ask, w io.Writer, note func(rows int)) error // always a job
}

// Titles are all columns of the list in a project.
func (o *Offer) Titles(ctx context.Context, project id.ID) ([]sheet.Column, error) {
	if o.More == nil {
		return o.Columns, nil
	}
	more, err := o.More(ctx, project)
	return slices.Concat(o.Columns, more), err
}

// pageRows is how many rows are asked of a list at a time.
const pageRows = 500

// Pages makes the Check and Rows of an offer from the handler of the list's
// own API, so that an export has exactly the rows of the page. I is the
// handler's input with its path and query tags; list takes the page out of the
// answer; cells make the row.
func Pages[I, O, T any](call func(context.Context, actor.Actor, *I) (*O, error), list func(*O) page.List[T], cells func(*T) []sheet.Value) (func(Ask) error, func(context.Context, Ask, Emit) error) {
	return Batches(call, list, func(_ context.Context, _ Ask, items []T, emit Emit) error {
		for i := range items {
			if err := emit(cells(&items[i])); err != nil {
				return err
			}
		}
		return nil
	})
}

// Batches is Pages for rows that need more than the list shows: write gets one
// page at a time.
func Batches[I, O, T any](call func(context.Context, actor.Actor, *I) (*O, error), list func(*O) page.List[T], write func(context.Context, Ask, []T, Emit) error) (func(Ask) error, func(context.Context, Ask, Emit) error) {
	check := func(a Ask) error {
		var in I
		return decode(&in, a.Project, a.Query)
	}
	rows := func(ctx context.Context, a Ask, emit Emit) error {
		var in I
		if err := decode(&in, a.Project, a.Query); err != nil {
			return err
		}
		paging := requestOf(&in)
		for paging.Limit = pageRows; ; {
			if err := ctx.Err(); err != nil {
				return err
			}
			out, err := call(ctx, a.Who, &in)
			if err != nil {
				return err
			}
			l := list(out)
			if err := write(ctx, a, l.Items, emit); err != nil {
				return err
			}
			if paging.Cursor = l.Next; l.Next == "" {
				return nil
			}
		}
	}
	return check, rows
}

// Yuan is an amount as a number with two decimals.
func Yuan(f money.Fen) sheet.Value { return sheet.Decimal(f.Yuan()) }

// Money is the column of an amount.
func Money(title string) sheet.Column { return sheet.Column{Title: title, Width: 12, Decimals: 2} }

// Text is the column of a text that spreadsheets must not turn into a number.
func Text(title string, width int) sheet.Column {
	return sheet.Column{Title: title, Width: width, Text: true}
}
