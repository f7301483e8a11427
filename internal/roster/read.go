package roster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linli/internal/estate"
	"linli/internal/estate/naming"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/fault"
	"linli/internal/kit/search"
	"linli/internal/kit/sheet"
)

// rosterReader turns a sheet into a roster.
type rosterReader struct {
	ctx        context.Context
	project    estate.Project
	book       *sheet.Book
	columns    []rosterColumn
	header     *sheet.Header
	skipHidden bool
	hidden     map[string]bool // fields in hidden columns
	note       func(done int)
	buildings  map[string]spot // by what was typed; a roster repeats itself
	units      map[string]spot
	out        *roster
}

func (p *rosterReader) read() error {
	if err := p.findHeader(); err != nil {
		return err
	}
	p.hidden = map[string]bool{}
	p.out = &roster{sheet: p.header.Sheet, header: p.header.Row, columns: p.header.Columns, ignored: append([]string{}, p.header.Ignored...), kept: []string{},
		rooms: map[digest]int32{}}
	for _, c := range keptColumns() {
		if i, ok := p.header.Columns[c.field]; ok {
			p.out.kept = append(p.out.kept, fmt.Sprintf("%s（%s）", c.titles[0], sheet.Ref(p.header.Row, i+1)))
		}
	}
	if err := p.book.Rows(p.header.Sheet, p.row); err != nil {
		return err
	}
	if len(p.out.places)+p.out.bad == 0 {
		return sheet.ErrHeader.Say("表头（第 %d 行）下面没有数据，请填写后再传", p.header.Row)
	}
	p.out.hiddenColumns = []string{}
	for _, c := range p.columns {
		if p.hidden[c.field] {
			p.out.hiddenColumns = append(p.out.hiddenColumns, c.titles[0])
		}
	}
	p.out.sort()
	return p.out.problems.err
}

// findHeader finds the columns. 联系电话 is the phone of the person, but beside
// 手机号 and 联系人 it is the phone of that contact.
func (p *rosterReader) findHeader() (err error) {
	synonyms := map[string][]string{}
	for _, c := range p.columns {
		synonyms[c.field] = c.titles
	}
	if p.header, err = p.book.FindHeader(synonyms, []string{colRoom}); err != nil {
		return err
	}
	const title = "联系电话"
	_, contact := p.header.Columns[colContact]
	if !contact || !slices.ContainsFunc(p.header.Ignored, func(s string) bool { return strings.HasPrefix(s, title+"（") }) {
		return nil
	}
	synonyms[colPhone] = slices.DeleteFunc(slices.Clone(synonyms[colPhone]), func(s string) bool { return s == title })
	synonyms[colContactPhone] = append(slices.Clone(synonyms[colContactPhone]), title)
	p.header, err = p.book.FindHeader(synonyms, []string{colRoom})
	return err
}

func (p *rosterReader) row(line int, cells []sheet.Cell) error {
	if line <= p.header.Row {
		return nil
	}
	if err := p.ctx.Err(); err != nil {
		return err
	}
	if p.note(len(p.out.places)); p.blank(cells) {
		return nil
	}
	if hiddenRow(cells) {
		if p.out.hiddenRows++; p.skipHidden {
			return nil
		}
	}
	r := rosterRow{line: line, columns: p.header.Columns, part: estate.PartOwner}
	good, hidden := true, hiddenRow(cells)
	for _, c := range p.columns {
		cell := p.header.Cell(cells, c.field)
		text := strings.TrimSpace(cell.Text)
		p.mark(c.field, cell, hidden)
		if text == "" && cell.Problem == "" {
			continue
		}
		r.given |= fieldBit(c.field)
		message := cell.Problem
		if message == "" {
			if err := c.read(p, &r, text); err != nil {
				message = sentence(err)
			}
		}
		if message != "" {
			good = false
			p.problem(&r, c.field, text, message)
		}
	}
	if good = p.whole(&r) && good; good {
		return p.out.add(&r)
	}
	p.out.bad++
	return nil
}

func sentence(err error) string {
	if f := fault.As(err); f != nil {
		return f.Text
	}
	return err.Error()
}

func (p *rosterReader) blank(cells []sheet.Cell) bool {
	for _, i := range p.header.Columns {
		if i < len(cells) && (strings.TrimSpace(cells[i].Text) != "" || cells[i].Problem != "") {
			return false
		}
	}
	return true
}

func hiddenRow(cells []sheet.Cell) bool {
	return !slices.ContainsFunc(cells, func(c sheet.Cell) bool { return c.Ref != "" && !c.Hidden })
}

func (p *rosterReader) mark(field string, cell sheet.Cell, rowHidden bool) {
	if cell.Text == "" {
		return
	}
	if cell.Kind == sheet.KindFormula {
		p.out.formulas++
	}
	if cell.Merged {
		p.out.merged++
	}
	if cell.Hidden && !rowHidden {
		p.hidden[field] = true
	}
}

func (p *rosterReader) problem(r *rosterRow, field, value, message string) {
	p.out.problems.add(rowProblem(r, field, value, message))
}

func rowProblem(r *rosterRow, field, value, message string) RowError {
	switch field {
	case colPhone, colContactPhone:
		value = crypt.MaskPhone(value)
	case colID:
		value = crypt.MaskID(value)
	}
	if runes := []rune(value); len(runes) > naming.MaxName {
		value = string(runes[:naming.MaxName]) + "…"
	}
	title := ""
	for _, c := range rosterColumns() {
		if c.field == field {
			title = c.titles[0]
		}
	}
	return RowError{Row: r.line, Cell: r.cell(field), Title: title, Value: visible(value), Message: message}
}

// visible makes any text storable: invalid bytes and NUL never reach a column.
func visible(s string) string {
	return strings.Map(func(c rune) rune {
		if c == 0 || c == 0xFFFD || c == 0xFFFE || c == 0xFFFF {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, ""))
}

// whole checks what takes several columns: the room, and the person.
func (p *rosterReader) whole(r *rosterRow) bool {
	if !r.has(colRoom) {
		p.problem(r, colRoom, "", "房号要填写")
		return false
	}
	if r.building.key == "" && !r.has(colBuilding) {
		if !p.splitRoom(r) {
			p.problem(r, colRoom, r.room.Name, "缺少楼栋：请加一列“楼栋”，或把房号写成 3-2-1502")
			return false
		}
	}
	if r.building.key == "" || r.room.Name == "" {
		return false
	}
	r.key = naming.RoomKeys(r.building.key, r.unit.key, r.room.Name)[0]
	if !r.has(colName) {
		for _, f := range []string{colPhone, colID, colShare, colPayer} {
			if r.has(f) {
				p.problem(r, f, "", "有这一项就要填姓名")
				return false
			}
		}
		return true
	}
	return p.wholePerson(r)
}

func (p *rosterReader) wholePerson(r *rosterRow) bool {
	if r.person.Kind == "" && looksLikeCompany(r.person.Name) {
		r.person.Kind = estate.KindCompany
	}
	r.takeRole()
	paper := r.person.IDNumber
	id, err := estate.CheckPaper(paper, r.person.Kind)
	if err != nil {
		p.problem(r, colID, paper, sentence(err))
		return false
	}
	r.person.IDNumber = id
	if r.share > 0 && r.part != estate.PartOwner {
		p.problem(r, colShare, "", "只有业主填产权份额")
		return false
	}
	if r.person.Kind == "" {
		r.person.Kind = estate.KindPerson
	}
	return true
}

func looksLikeCompany(name string) bool {
	for _, tail := range []string{"公司", "中心", "集团", "学校", "银行", "医院", "事务所", "合作社", "工作室", "支行", "经营部", "管理处", "幼儿园", "委员会"} {
		if strings.HasSuffix(name, tail) {
			return true
		}
	}
	return false
}

// splitRoom takes a whole spelling (3栋2单元1502, 3-1502) apart when the file
// has no building column.
func (p *rosterReader) splitRoom(r *rosterRow) bool {
	key, ok := search.RoomKey(r.room.Name)
	if !ok {
		return false
	}
	switch parts := strings.SplitN(key, "-", 3); len(parts) {
	case 3:
		r.building, r.unit, r.room.Name = p.building(parts[0]), p.unit(parts[1]), strings.ToUpper(parts[2])
		return true
	case 2:
		r.building, r.room.Name = p.building(parts[0]), strings.ToUpper(parts[1])
		return true
	}
	return false
}

func readProject(p *rosterReader, _ *rosterRow, text string) error {
	if search.Fold(text) != search.Fold(p.project.Name) {
		return fmt.Errorf("这一行属于“%s”，当前项目是“%s”；请切换到那个项目再导入", visible(naming.Clean(text)), p.project.Name)
	}
	return nil
}

// building is the spot of a building as typed; empty when it cannot be one.
func (p *rosterReader) building(text string) spot {
	v, ok := p.buildings[text]
	if !ok {
		b := estate.Building{Name: text}
		if err := b.Check(); err == nil {
			v = spot{b.Name, naming.BuildingKey(text)}
		}
		p.buildings[text] = v
	}
	return v
}

// unit is the spot of a unit as typed; empty for none.
func (p *rosterReader) unit(text string) spot {
	v, ok := p.units[text]
	if !ok {
		if v.key = naming.UnitKey(text); v.key != "" {
			v.name = naming.UnitName(text)
		}
		p.units[text] = v
	}
	return v
}

func readBuilding(p *rosterReader, r *rosterRow, text string) error {
	if r.building = p.building(text); r.building.key == "" {
		return errors.New("楼栋名称认不出，最多 60 个字")
	}
	return nil
}

func readUnit(p *rosterReader, r *rosterRow, text string) error {
	if r.unit = p.unit(text); len([]rune(r.unit.name)) > naming.MaxName {
		return errors.New("单元名称最多 60 个字")
	}
	return nil
}

func readRoomName(_ *rosterReader, r *rosterRow, text string) error {
	if r.room.Name = naming.RoomName(text); !naming.Digits(r.room.Name) && naming.NumberKey(r.room.Name) == "" || len([]rune(r.room.Name)) > naming.MaxName {
		r.room.Name = ""
		return errors.New("房号要填写，最多 60 个字")
	}
	return nil
}

func readFloor(_ *rosterReader, r *rosterRow, text string) (err error) {
	r.room.Floor, err = parseFloor(text)
	return err
}

func readFloors(_ *rosterReader, r *rosterRow, text string) (err error) {
	if r.room.Floors, err = parseFloor(text); err == nil && r.room.Floors < 0 {
		return errors.New("总层数要在 0–300 之间")
	}
	return err
}

func readLayout(_ *rosterReader, r *rosterRow, text string) error {
	if r.room.Layout = naming.Clean(text); len([]rune(r.room.Layout)) > naming.MaxName {
		return errors.New("户型最多 60 个字")
	}
	return nil
}

func readArea(_ *rosterReader, r *rosterRow, text string) (err error) {
	r.room.Area, err = parseArea(text)
	return err
}

func readInner(_ *rosterReader, r *rosterRow, text string) (err error) {
	r.room.InnerArea, err = parseArea(text)
	return err
}

func (p *rosterReader) date(text string) (clock.Date, error) {
	y, m, d, err := p.book.Dates().ParseDate(text)
	if err != nil {
		return 0, err
	}
	return clock.NewDate(y, m, d)
}

func readHandover(p *rosterReader, r *rosterRow, text string) (err error) {
	r.room.Handover, err = p.date(text)
	return err
}

func readSince(p *rosterReader, r *rosterRow, text string) (err error) {
	r.since, err = p.date(text)
	return err
}

func readPersonName(_ *rosterReader, r *rosterRow, text string) (err error) {
	if r.person.Name, err = search.CleanName(text); err == nil && len([]rune(r.person.Name)) > naming.MaxName {
		return errors.New("姓名最多 60 个字")
	}
	return err
}

func readPhone(_ *rosterReader, r *rosterRow, text string) (err error) {
	r.person.Phone, err = crypt.NormalizePhone(text)
	return err
}

func readID(_ *rosterReader, r *rosterRow, text string) error {
	r.person.IDNumber = text
	return nil
}

func readEmail(_ *rosterReader, r *rosterRow, text string) error {
	in := estate.PersonInput{Name: "x", Email: text}
	if err := in.Check(); err != nil {
		return estate.ErrEmail
	}
	r.person.Email = in.Email
	return nil
}
