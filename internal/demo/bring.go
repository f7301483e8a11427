package demo

import (
	"bytes"
	"context"
	"fmt"

	"linli/internal/kit/actor"
	"linli/internal/roster"
)

// bring imports a roster the way a clerk does: upload, check, apply.
func (d *demo) bring(ctx context.Context, p *project, list *register) error {
	b, err := list.bytes()
	if err != nil {
		return err
	}
	who := actor.System("演示")
	im, err := d.app.Roster.StartImport(ctx, who, p.id, p.name+"名册.csv", bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("upload roster: %w", err)
	}
	if err := d.app.Jobs.Drain(ctx); err != nil {
		return err
	}
	if im, err = d.app.Roster.ApplyImport(ctx, who, p.id, im.ID, roster.ApplyOptions{}); err != nil {
		return fmt.Errorf("apply roster: %w", err)
	}
	if err := d.app.Jobs.Drain(ctx); err != nil {
		return err
	}
	if im, err = d.app.Roster.Import(ctx, d.app.DB.Reader(ctx), p.id, im.ID); err != nil {
		return err
	}
	if im.State != roster.ImportApplied {
		return fmt.Errorf("roster was not imported: state %s", im.State)
	}
	p.rooms, err = d.payers(ctx, p.id)
	return err
}
