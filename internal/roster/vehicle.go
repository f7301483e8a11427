package roster

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"linli/internal/audit"
	"linli/internal/estate/naming"
	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/sheet"
	"linli/internal/kit/spool"
)

// KindVehicles is the import of vehicles, which are kept and listed until there
// is a room for them.
const KindVehicles = "vehicle"

// KeptVehicle is the kind under which they are kept; see Keeps.
const KeptVehicle = "vehicle"

// Vehicle is a vehicle as an imported sheet tells it. What is kept of it stands
// in Kept.Value as JSON; the phone is masked there and in clear only sealed.
type Vehicle struct {
	Plate, Owner, Phone, Brand, Kind, Colour, Area, Space, From, Until string
}

// vehicleColumns are the columns of the sheet by the fields of Vehicle. The
// titles cover MicroCommunity's 业主车辆信息.
func vehicleColumns() []sheet.TableColumn {
	return []sheet.TableColumn{
		{Field: "plate", Titles: []string{"车牌号", "车牌", "车牌号码", "车号"}, Required: true, Note: "同一块车牌只写一行", Example: "浙A12345"},
		{Field: colRoom, Titles: []string{"房号", "房屋", "房屋编号", "房屋编码", "房间号"}, Note: "选填，写全：楼栋-单元-房号，如 3-2-1502", Example: "3-2-1502"},
		{Field: "owner", Titles: []string{"车主", "业主", "业主名称", "业主姓名", "姓名", "车主姓名"}, Note: "选填", Example: "陈建国"},
		{Field: colPhone, Titles: []string{"手机号", "手机号码", "联系电话", "电话", "手机"}, Mask: crypt.MaskPhone, Note: "加密保存，页面上只显示 138****5678", Example: "13800138000"},
		{Field: "brand", Titles: []string{"车辆品牌", "品牌", "车品牌"}, Note: "选填", Example: "比亚迪"},
		{Field: "kind", Titles: []string{"车辆类型", "车类型", "车型"}, Note: "选填", Example: "家用小汽车"},
		{Field: "colour", Titles: []string{"颜色", "车辆颜色", "车身颜色"}, Note: "选填", Example: "白"},
		{Field: "area", Titles: []string{"停车场", "停车场编号", "停车场名称", "车库"}, Note: "选填", Example: "地下一层"},
		{Field: "space", Titles: []string{"车位", "车位号", "车位编号", "车位编码"}, Note: "选填", Example: "B1-023"},
		{Field: "from", Titles: []string{"起租时间", "开始时间", "开始日期", "起租日期"}, Note: "选填，写成 2026-02-03", Example: "2026-02-03"},
		{Field: "until", Titles: []string{"截止时间", "结束时间", "结束日期", "到期日期"}, Note: "选填，写成 2027-02-02", Example: "2027-02-02"},
	}
}

// vehicles takes sheets of vehicles in.
type vehicles struct {
	AtOnce
	s *Service
}

func (v vehicles) Kind() string                 { return KindVehicles }
func (v vehicles) Permission() actor.Permission { return PermImport }
func (v vehicles) Template() (string, sheet.Sheet) {
	return "车辆资料导入模板.xlsx", sheet.Template("车辆资料", vehicleColumns())
}

func (v vehicles) Undo(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, im *Import) error {
	err := v.s.recordVehicles(ctx, tx, project, im.ID, "撤销导入 "+im.FileName, audit.Entry{Project: project, Who: who, Action: "estate.vehicles_undone", Kind: "import", Subject: im.ID,
		Summary: "撤销导入的车辆资料 " + im.FileName, Before: map[string]any{"sha256": im.Hash}})
	if err != nil {
		return err
	}
	return dropKept(ctx, tx, project, im.ID)
}

// recordVehicles tells the log, and the history of each room, of the vehicles
// that an import has kept.
func (s *Service) recordVehicles(ctx context.Context, tx *db.Tx, project, imp id.ID, words string, e audit.Entry) error {
	b := s.audit.Batch(tx, project, words)
	for after := id.ID(0); ; {
		list, err := keptByImport(ctx, tx, project, imp, after, chunkRows)
		if err != nil {
			return err
		}
		for _, c := range list {
			if after = c.ID; c.Room == 0 {
				continue
			}
			if err := b.Add(ctx, tx, audit.Part{Subject: c.Room, Kind: "room", Note: "车辆 " + c.Plate}); err != nil {
				return err
			}
		}
		if len(list) < chunkRows {
			return b.Record(ctx, tx, e)
		}
	}
}

// vehicleSheet is a file of vehicles; its rows, and what is kept of them, lie in
// spools.
type vehicleSheet struct {
	AtOnce
	s       *Service
	project id.ID
	table   *sheet.Table
	read    int        // problems of the reading
	rows    spool.File // vehicleRow
	count   int
	kept    spool.File // Kept
	fresh   int
	log     int64 // where the log stood when it was planned
}

type vehicleRow struct {
	Vehicle
	line int
	room string
}

// Code names the fields of a row for the spool.
func (r *vehicleRow) Code(c *spool.Coder) {
	spool.Int(c, &r.line)
	v := &r.Vehicle
	for _, s := range []*string{&r.room, &v.Plate, &v.Owner, &v.Phone, &v.Brand, &v.Kind, &v.Colour, &v.Area, &v.Space, &v.From, &v.Until} {
		c.Text(s)
	}
}

func (v *vehicleSheet) Close() error { return errors.Join(v.rows.Close(), v.kept.Close()) }

func (v vehicles) Read(ctx context.Context, project id.ID, b *sheet.Book, o ReadOptions) (ImportedSheet, error) {
	out := &vehicleSheet{s: v.s, project: project}
	seen := map[digest]int32{}
	t, err := b.ReadTable(vehicleColumns(), o.SkipHidden, func(r *sheet.TableRow) error {
		o.Note(out.count)
		out.count++
		row := readVehicle(b, r, seen)
		if _, err := out.rows.Add(&row); err != nil {
			return err
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, errors.Join(err, out.Close())
	}
	out.table, out.read = t, len(t.Problems)
	return out, nil
}

func readVehicle(b *sheet.Book, r *sheet.TableRow, seen map[digest]int32) vehicleRow {
	text := func(field string) string { return naming.Clean(r.Text(field)) }
	row := vehicleRow{line: r.Line, room: r.Text(colRoom), Vehicle: Vehicle{Owner: text("owner"), Brand: text("brand"), Kind: text("kind"),
		Colour: text("colour"), Area: text("area"), Space: text("space"), From: text("from"), Until: text("until")}}
	var ok bool
	if row.Plate, ok = plate(r.Text("plate")); !ok {
		r.Refuse("plate", "车牌号认不出，应形如 浙A12345 或 浙AD12345")
	} else if first := seen[digestText(row.Plate)]; first != 0 {
		r.Refuse("plate", fmt.Sprintf("和第 %d 行是同一块车牌", first))
	} else {
		seen[digestText(row.Plate)] = int32(r.Line)
	}
	if phone := r.Text(colPhone); phone != "" {
		var err error
		if row.Phone, err = crypt.NormalizePhone(phone); err != nil {
			r.Refuse(colPhone, sentence(err))
		}
	}
	for _, f := range []string{"from", "until"} {
		if day := r.Text(f); day != "" {
			if _, _, _, err := b.Dates().ParseDate(day); err != nil {
				r.Refuse(f, sentence(err))
			}
		}
	}
	return row
}

// Plan finds rooms and owners, and which vehicles are kept already as they are.
func (v *vehicleSheet) Plan(ctx context.Context, q db.Q, _ *Import) (Findings, error) {
	if err := v.kept.Close(); err != nil {
		return Findings{}, err
	}
	v.table.Problems, v.fresh = v.table.Problems[:v.read], 0
	known := map[digest]bool{}
	var err error
	if v.log, err = v.s.audit.Position(ctx, q, v.project); err != nil {
		return Findings{}, err
	}
	err = eachKept(ctx, q, v.project, KeptVehicle, func(k *Kept) { known[digestText(k.Room.String()+k.Value+k.blind)] = true })
	if err != nil {
		return Findings{}, err
	}
	err = chunks(&v.rows, func(rows []vehicleRow) error { return v.plan(ctx, q, rows, known) }, nil)
	if err != nil {
		return Findings{}, err
	}
	return Findings{Table: v.table, Facts: []Fact{{"新留存的车辆", strconv.Itoa(v.fresh) + " 辆"}, {"已留存、不变的", strconv.Itoa(v.count-v.fresh) + " 辆"}}}, nil
}

// plan is Plan for some rows.
func (v *vehicleSheet) plan(ctx context.Context, q db.Q, rows []vehicleRow, known map[digest]bool) error {
	var keys []string
	for i := range rows {
		keys = append(keys, naming.FullKeys("", "", rows[i].room)...)
	}
	rooms, err := v.s.estate.RoomsByKey(ctx, q, v.project, keys)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		k := Kept{ID: v.s.db.IDs().New(), Kind: KeptVehicle, clear: r.Phone}
		for _, key := range naming.FullKeys("", "", r.room) {
			if room, ok := rooms[key]; ok {
				k.Room, k.Person = room.ID, room.Payer
			}
		}
		if r.room != "" && k.Room == 0 {
			v.table.Refuse(r.line, colRoom, r.room, "没有这间房；请写全楼栋-单元-房号，如 3-2-1502，或留空")
		}
		shown := r.Vehicle
		if k.clear != "" {
			shown.Phone, k.blind = crypt.MaskPhone(r.Phone), v.s.ring.Blind(int64(v.project), "kept", r.Phone)
		}
		if k.Value, err = shown.text(); err != nil {
			return err
		}
		if known[digestText(k.Room.String()+k.Value+k.blind)] {
			continue
		}
		v.fresh++
		if _, err := v.kept.Add(&k); err != nil {
			return err
		}
	}
	return nil
}

// Hold says whether rooms and vehicles are as they were.
func (v *vehicleSheet) Hold(ctx context.Context, tx *db.Tx) (bool, error) {
	return v.s.audit.Quiet(ctx, tx, v.project, v.log, "estate")
}

// Write keeps the vehicles.
func (v *vehicleSheet) Write(ctx context.Context, tx *db.Tx, who actor.Actor, im *Import) error {
	err := chunks(&v.kept, func(list []Kept) error { return v.s.keep(ctx, tx, v.project, im.ID, list) }, nil)
	if err != nil {
		return err
	}
	return v.s.recordVehicles(ctx, tx, v.project, im.ID, "导入 "+im.FileName, audit.Entry{Project: v.project, Who: who, Action: "estate.vehicles_kept", Kind: "import", Subject: im.ID,
		Summary: fmt.Sprintf("留存车辆资料 %s：%d 辆", im.FileName, v.fresh), After: map[string]any{"sha256": im.Hash, "vehicles": v.fresh}})
}

// plateText is a plate, or a part of one, as plates are kept.
func plateText(text string) string {
	return strings.NewReplacer("·", "", "-", "", ".", "").Replace(strings.ToUpper(naming.Tight(text)))
}

// plate reads a number plate; false when it cannot be one.
func plate(text string) (string, bool) {
	p := plateText(text)
	runes := []rune(p)
	if n := len(runes); n < 7 || n > 8 || !unicode.Is(unicode.Han, runes[0]) || runes[1] < 'A' || runes[1] > 'Z' {
		return "", false
	}
	for i, c := range runes[2:] {
		plain := c >= '0' && c <= '9' || c >= 'A' && c <= 'Z'
		if !plain && (i+3 < len(runes) || !strings.ContainsRune("学警港澳挂领使", c)) {
			return "", false
		}
	}
	return p, true
}
