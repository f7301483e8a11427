package estate

import (
	"context"
	"slices"
	"strings"
	"time"

	"linli/internal/kit/export"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	rooms := export.Offer{Key: "rooms", Name: "房屋", Permission: PermRead, Buildings: true, Columns: []sheet.Column{export.Text("房屋", 20), export.Text("房号", 10), {Title: "楼层", Width: 8},
		export.Text("房屋类型", 10), export.Text("户型", 14), {Title: "建筑面积", Decimals: 2}, {Title: "套内面积", Decimals: 2}, export.Text("房屋状态", 10),
		export.Text("交付日期", 12), export.Text("缴费人", 14), {Title: "现住人数", Width: 10}, export.Text("标签", 20)}, More: s.ownColumns(TagRoom)}
	rooms.Check, rooms.Rows = export.Batches(s.listRoomsAPI, func(o *roomsOut) page.List[roomJSON] { return o.Body.List }, s.exportRooms)
	people := export.Offer{Key: "people", Name: "住户", Permission: PermRead, Buildings: true, Clear: PermReveal, Columns: []sheet.Column{export.Text("姓名", 16), export.Text("类型", 8),
		export.Text("性别", 8), export.Text("手机号", 16), export.Text("证件号", 22), export.Text("邮箱", 24),
		export.Text("房屋", 24), export.Text("入住日期", 14), export.Text("标签", 20)}, More: s.ownColumns(TagPerson)}
	people.Check, people.Rows = export.Batches(s.listPeopleAPI, func(o *peopleOut) page.List[personRow] { return o.Body }, s.exportPeople)
	occupants := export.Offer{Key: "occupants", Name: "住户与房屋", Permission: PermRead, Clear: PermReveal, Check: noFilter, Rows: s.exportOccupants, Columns: []sheet.Column{
		export.Text("房屋", 20), export.Text("姓名", 16), export.Text("身份", 8), export.Text("手机号", 16), export.Text("证件号", 22), export.Text("入住日期", 12),
		export.Text("迁出日期", 12), export.Text("代业主缴费", 12), export.Text("产权份额", 10)}}
	corrections := export.Offer{Key: "corrections", Name: "更正申请", Permission: PermRead, Buildings: true, Columns: []sheet.Column{export.Text("住户或房屋", 20), export.Text("哪一项", 12),
		export.Text("原来", 22), export.Text("改成", 22), export.Text("谁提出", 14), export.Text("怎么提出", 12), export.Text("原因", 30), export.Text("状态", 10),
		export.Text("登记", 28), export.Text("处理", 28), export.Text("处理依据", 24)}}
	corrections.Check, corrections.Rows = export.Pages(s.listCorrectionsAPI, func(o *correctionsOut) page.List[correctionJSON] { return o.Body }, correctionCells)
	return []export.Offer{rooms, people, occupants, corrections}
}

func correctionCells(c *correctionJSON) []sheet.Value {
	decided := ""
	if c.DecidedAt != nil {
		decided = c.DecidedAt.Format(time.DateTime) + " " + c.DecidedBy
	}
	field := Words{{"name", "姓名"}, {"phone", "手机号"}, {"id_number", "证件号"}, {"email", "邮箱"}, {"gender", "性别"}, {"area", "建筑面积"}, {"inner_area", "套内面积"},
		{"floor", "楼层"}, {"layout", "户型"}, {"state", "房屋状态"}, {"handover", "交付日期"}}.Chinese(c.Field)
	value := func(text string) sheet.Value {
		switch c.Field {
		case "state":
			text = RoomStates().Chinese(text)
		case "gender":
			text = genderWord(text)
		}
		return sheet.Text(text)
	}
	return []sheet.Value{sheet.Text(c.Label), sheet.Text(field), value(c.Old), value(c.New),
		sheet.Text(c.AskedBy), sheet.Text(CorrectionWays().Chinese(c.Way)), sheet.Text(c.Reason),
		sheet.Text(Words{{CorrectionOpen, "待处理"}, {CorrectionApproved, "已更正"}, {CorrectionRefused, "已退回"}}.Chinese(c.State)),
		sheet.Text(c.At.Format(time.DateTime) + " " + c.By), sheet.Text(decided), sheet.Text(c.Note)}
}

func noFilter(a export.Ask) error {
	for name := range a.Query {
		return export.ErrFilter.Say("住户与房屋不能按 %s 筛选，请去掉后再导出", name)
	}
	return nil
}

func area(a money.Area) sheet.Value {
	if a == 0 {
		return sheet.Text("")
	}
	return sheet.Decimal(a.String())
}

// ownColumns are the fields in use of own making of a kind of record.
func (s *Service) ownColumns(kind string) func(context.Context, id.ID) ([]sheet.Column, error) {
	return func(ctx context.Context, project id.ID) ([]sheet.Column, error) {
		list, err := activeFields(ctx, s.db.Reader(ctx), project, kind)
		return each(list, func(f Field) sheet.Column { return export.Text(f.Name, 14) }), err
	}
}

// ownCells reads the tags and fields of records for the cells behind the
// others.
func (s *Service) ownCells(ctx context.Context, project id.ID, kind string, subjects []id.ID) (func(subject id.ID) []sheet.Value, error) {
	q := s.db.Reader(ctx)
	list, err := activeFields(ctx, q, project, kind)
	if err != nil {
		return nil, err
	}
	tags, err := s.TagsOf(ctx, q, project, subjects)
	if err != nil {
		return nil, err
	}
	texts, err := cellsOf(ctx, q, project, subjects)
	return func(subject id.ID) []sheet.Value {
		out := []sheet.Value{sheet.Text(strings.Join(each(tags[subject], func(t Tag) string { return t.Name }), "、"))}
		for _, f := range list {
			out = append(out, sheet.Text(texts[[2]id.ID{subject, f.ID}]))
		}
		return out
	}, err
}

func (s *Service) exportRooms(ctx context.Context, a export.Ask, items []roomJSON, emit export.Emit) error {
	payers := make([]id.ID, 0, len(items))
	for i := range items {
		if items[i].Payer != 0 {
			payers = append(payers, items[i].Payer)
		}
	}
	names, err := s.PersonNames(ctx, s.db.Reader(ctx), a.Project, payers)
	if err != nil {
		return err
	}
	own, err := s.ownCells(ctx, a.Project, TagRoom, each(items, func(r roomJSON) id.ID { return r.ID }))
	if err != nil {
		return err
	}
	for i := range items {
		r := &items[i]
		floor := sheet.Text("")
		if r.Floor != 0 {
			floor = sheet.Int(int64(r.Floor))
		}
		cells := []sheet.Value{sheet.Text(r.Label), sheet.Text(r.Name), floor, sheet.Text(RoomKinds().Chinese(r.Kind)), sheet.Text(r.Layout), area(r.Area),
			area(r.InnerArea), sheet.Text(RoomStates().Chinese(r.State)), sheet.Text(r.Handover.String()), sheet.Text(names[r.Payer]), sheet.Int(int64(r.People))}
		if err := emit(append(cells, own(r.ID)...)); err != nil {
			return err
		}
	}
	return nil
}

// numbers are a person's phone and ID number as this export shows them.
type numbers struct{ phone, paper string }

// numbersOf opens what is sealed of the people when the export is a clear one.
func (s *Service) numbersOf(ctx context.Context, a export.Ask, people []id.ID) (map[id.ID]numbers, error) {
	if !a.Clear {
		return nil, nil
	}
	list, err := peopleByID(ctx, s.db.Reader(ctx), a.Project, people)
	if err != nil {
		return nil, err
	}
	out := make(map[id.ID]numbers, len(list))
	for _, p := range list {
		in, err := s.open(a.Project, p)
		if err != nil {
			return nil, err
		}
		out[p.ID] = numbers{in.Phone, in.IDNumber}
	}
	return out, nil
}

func (s *Service) exportPeople(ctx context.Context, a export.Ask, items []personRow, emit export.Emit) error {
	ids := each(items, func(p personRow) id.ID { return p.ID })
	clear, err := s.numbersOf(ctx, a, ids)
	if err != nil {
		return err
	}
	own, err := s.ownCells(ctx, a.Project, TagPerson, ids)
	if err != nil {
		return err
	}
	for i := range items {
		p := &items[i]
		n := numbers{p.PhoneMask, p.IDMask}
		if a.Clear {
			n = clear[p.ID]
		}
		kind := "个人"
		if p.Kind == KindCompany {
			kind = "单位"
		}
		cells := []sheet.Value{sheet.Text(p.Name), sheet.Text(kind), sheet.Text(genderWord(p.Gender)), sheet.Text(n.phone), sheet.Text(n.paper), sheet.Text(p.Email),
			sheet.Text(joined(p.Places, func(x placeRef) string { return x.Label })), sheet.Text(joined(p.Places, func(x placeRef) string { return x.Since.String() }))}
		if err := emit(append(cells, own(p.ID)...)); err != nil {
			return err
		}
	}
	return nil
}

// joined are the words of several, each once and the empty ones left out.
func joined[T any](list []T, say func(T) string) string {
	words := slices.DeleteFunc(each(list, say), func(w string) bool { return w == "" })
	return strings.Join(slices.Compact(words), "、")
}

func genderWord(g string) string {
	switch g {
	case "male":
		return "男"
	case "female":
		return "女"
	}
	return ""
}

func (s *Service) exportOccupants(ctx context.Context, a export.Ask, emit export.Emit) error {
	q := s.db.Reader(ctx)
	for at := (occupantPlace{}); ; {
		list, next, err := nextOccupants(ctx, q, a.Project, at)
		if err != nil || len(list) == 0 {
			return err
		}
		at = next
		clear, err := s.numbersOf(ctx, a, each(list, func(o Occupant) id.ID { return o.Person.ID }))
		if err != nil {
			return err
		}
		for i := range list {
			o := &list[i]
			n := numbers{o.Person.PhoneMask, o.Person.IDMask}
			if a.Clear {
				n = clear[o.Person.ID]
			}
			payer, share := "", ""
			if o.Payer {
				payer = "是"
			}
			if o.Share > 0 {
				share = (money.Area(o.Share)).String() + "%"
			}
			if err := emit([]sheet.Value{sheet.Text(o.RoomLabel), sheet.Text(o.Person.Name), sheet.Text(Parts().Chinese(o.Part)), sheet.Text(n.phone), sheet.Text(n.paper),
				sheet.Text(o.Since.String()), sheet.Text(o.Until.String()), sheet.Text(payer), sheet.Text(share)}); err != nil {
				return err
			}
		}
	}
}

// Unseal opens a sealed column of a person, phone or id, for the export of a
// whole project; empty stays empty.
func (s *Service) Unseal(project, person id.ID, column, sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	if column == "id" {
		column = "idno"
	}
	return s.ring.Open(sealed, place(column, project, person))
}
