package demo

import (
	"bytes"
	"context"
	"fmt"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/roster"
)

// cars brings a sheet of vehicles in, and marks a few homes.
func (d *demo) cars(ctx context.Context) error {
	p := d.projects[0]
	rooms := p.rooms[:len(p.rooms)/8]
	labels, err := d.app.Estate.Labels(ctx, d.app.DB.Reader(ctx), p.id, rooms)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("车牌号,房号,车主,手机号,车辆品牌,颜色,停车场,车位号\n")
	brands, colours := []string{"大众 朗逸", "比亚迪 海豚", "丰田 卡罗拉", "特斯拉 Model 3", "吉利 帝豪"}, []string{"白", "黑", "灰", "红", "蓝"}
	for i, room := range rooms {
		name, _ := d.cast.person()
		fmt.Fprintf(&b, "浙A%c%04d,%s,%s,%s,%s,%s,地下一层,B1-%03d\n", 'A'+rune(i%8), 1000+7*i, labels[room], name, d.cast.phone(),
			pick(d.late, brands), pick(d.late, colours), i+1)
	}
	if err := d.sheet(ctx, p, roster.KindVehicles, "车辆登记.csv", b.Bytes()); err != nil {
		return err
	}
	return d.app.DB.Write(ctx, func(tx *db.Tx) error {
		for _, name := range []string{"高龄老人", "出租房东"} {
			t, err := d.app.Estate.CreateTag(ctx, tx, actor.System("演示"), p.id, estate.Tag{Kind: estate.TagRoom, Name: name})
			if err != nil {
				return err
			}
			if _, err := d.app.Estate.PutTag(ctx, tx, actor.System("演示"), p.id, t.ID, some(d, p.rooms, 12), true); err != nil {
				return err
			}
		}
		return nil
	})
}

// some draws n rooms, or all when there are not so many.
func some(d *demo, rooms []id.ID, n int) []id.ID {
	from := d.late.IntN(max(1, len(rooms)-n))
	return rooms[from:min(from+n, len(rooms))]
}

// sheet brings a table of another kind in: upload, check, apply.
func (d *demo) sheet(ctx context.Context, p *project, kind, name string, content []byte) error {
	who := actor.System("演示")
	im, err := d.app.Roster.StartImportOf(ctx, who, p.id, kind, name, bytes.NewReader(content))
	if err == nil {
		err = d.app.Jobs.Drain(ctx)
	}
	if err == nil {
		im, err = d.app.Roster.ApplyImport(ctx, who, p.id, im.ID, roster.ApplyOptions{})
	}
	if err == nil {
		err = d.app.Jobs.Drain(ctx)
	}
	if err == nil {
		im, err = d.app.Roster.Import(ctx, d.app.DB.Reader(ctx), p.id, im.ID)
	}
	if err == nil && im.State != roster.ImportApplied {
		err = fmt.Errorf("state %s", im.State)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
