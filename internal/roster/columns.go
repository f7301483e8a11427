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
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/sheet"
)

// The columns of a roster by their inner names.
const (
	colProject  = "project"
	colBuilding = "building"
	colUnit     = "unit"
	colRoom     = "room"
	colFloor    = "floor"
	colFloors   = "floors"
	colKind     = "kind"
	colLayout   = "layout"
	colArea     = "area"
	colInner    = "inner"
	colState    = "state"
	colHandover = "handover"
	colName     = "name"
	colPart     = "part"
	colGender   = "gender"
	colPhone    = "phone"
	colID       = "id_number"
	colEmail    = "email"
	colSince    = "since"
	colPayer    = "payer"
	colShare    = "share"

	colRole         = "role"
	colNature       = "nature"
	colLift         = "lift"
	colRent         = "rent"
	colContact      = "contact"
	colContactPhone = "contact_phone"
)

// rosterColumn is one column: the titles it is known by in other systems'
// files, ours first, and how it is read.
type rosterColumn struct {
	field  string
	titles []string
	note   string
	sample string
	read   func(p *rosterReader, r *rosterRow, text string) error
}

// rosterColumns are all columns that a roster may have. The titles cover
// MicroCommunity's 资产信息 as it is, with 17 columns and with 21.
func rosterColumns() []rosterColumn {
	return slices.Concat(templateColumns(), []rosterColumn{
		{colRole, []string{"人员角色"}, "", "", readRole},
		{colNature, []string{"人员类型", "单位或个人"}, "", "", readNature},
	}, keptColumns())
}

// templateColumns are the columns in the order of our template.
func templateColumns() []rosterColumn {
	return []rosterColumn{
		{colBuilding, []string{"楼栋", "楼号", "栋号", "楼栋编号", "楼栋号", "楼栋名称", "楼宇", "楼座", "幢号", "幢", "栋"}, "楼栋名称或编号；3、3栋、3#、三栋 都是同一栋", "3栋", readBuilding},
		{colUnit, []string{"单元", "单元号", "单元编号", "单元名称"}, "没有单元的（商铺、写字楼）留空或填 0", "2单元", readUnit},
		{colRoom, []string{"房号", "房间", "房间号", "房屋编号", "房屋编码", "房屋号", "室号", "门牌号", "房屋", "房屋全称"}, "同一房屋可以有几行，每行一个人", "1502", readRoomName},
		{colFloor, []string{"楼层", "所在楼层", "所在层", "层"}, "整数，地下写 -1 或 B1", "15", readFloor},
		{colFloors, []string{"总层数", "总楼层", "楼栋层数", "地上层数"}, "这栋楼的总楼层", "18", readFloors},
		{colKind, []string{"房屋类型", "房屋用途", "业态", "用途"}, "住宅、公寓、商铺、办公、储藏间或其他", "住宅", readKind},
		{colLayout, []string{"户型", "房屋户型"}, "", "三室两厅", readLayout},
		{colArea, []string{"建筑面积", "产权面积", "面积", "计费面积"}, "平方米，最多两位小数", "89.50", readArea},
		{colInner, []string{"套内面积", "室内面积", "使用面积"}, "平方米，最多两位小数", "72.30", readInner},
		{colState, []string{"房屋状态", "状态", "入住状态"}, "未售、未交付、空置、装修、自住或出租", "自住", readState},
		{colHandover, []string{"交付日期", "交房日期", "收房日期"}, "写成 2026-02-03", "2026-02-03", readHandover},
		{colName, []string{"姓名", "业主名称", "业主姓名", "住户姓名", "客户名称", "业主", "住户", "名称", "产权人", "产权人姓名", "户主", "户主姓名", "房主", "房主姓名", "客户姓名", "住户名称"}, "空置的房屋留空；单位写全称", "陈建国", readPersonName},
		{colPart, []string{"身份", "业主类型", "住户类型", "与房屋关系"}, "业主、家属、租户或其他，不填为业主；业主写在前面", "业主", readPart},
		{colGender, []string{"性别"}, "男或女", "男", readGender},
		{colPhone, []string{"手机号", "手机号码", "手机", "联系电话", "电话", "联系方式"}, "加密保存，页面上只显示 138****5678", "13800138000", readPhone},
		{colID, []string{"身份证号", "身份证号码", "身份证", "证件号码", "证件号"}, "加密保存；单位填统一社会信用代码", "11010519491231002X", readID},
		{colEmail, []string{"邮箱", "电子邮箱", "email"}, "", "chen@example.com", readEmail},
		{colSince, []string{"入住日期", "迁入日期"}, "写成 2026-02-03", "2026-03-01", readSince},
		{colPayer, []string{"缴费人", "交费人", "是否缴费人"}, "由这个人代业主缴费时填 是，每户最多一人", "是", readPayer},
		{colShare, []string{"产权份额", "份额"}, "共有房屋的每位业主都要填，合计 100%", "50%", readShare},
		{colProject, []string{"项目", "小区", "小区名称", "项目名称", "所属小区", "所属项目"}, "选填，填了就要和当前项目一致", "", readProject},
	}
}

// rosterRow is one row of the file.
type rosterRow struct {
	line     int
	columns  map[string]int // where each field stands, shared by all rows
	given    uint32         // fields with a value, one bit each, see fieldBit
	building spot
	unit     spot
	room     estate.Room
	key      string // of the room, however it is spelled
	person   estate.PersonInput
	part     string
	role     string // what 人员角色 or 人员类型 says of the part, empty without
	kept     []keptValue
	since    clock.Date
	payer    bool
	share    int

	phoneBlind, paperBlind string // of the person, while compared
}

// spot is a building or unit: as it will be shown, and its key.
type spot struct{ name, key string }

func (r *rosterRow) has(field string) bool { return r.given&fieldBit(field) != 0 }

// cell names the cell of a field: C12. Empty when the file has no such column.
func (r *rosterRow) cell(field string) string {
	if i, ok := r.columns[field]; ok {
		return sheet.Ref(r.line, i+1)
	}
	return ""
}

func fieldBit(field string) uint32 {
	for i, f := range [...]string{colBuilding, colUnit, colRoom, colFloor, colFloors, colKind, colLayout, colArea, colInner, colState, colHandover,
		colName, colPart, colGender, colPhone, colID, colEmail, colSince, colPayer, colShare, colProject,
		colRole, colNature, colLift, colRent, colContact, colContactPhone} {
		if f == field {
			return 1 << i
		}
	}
	return 0
}

// Counts say what an import makes, changes and leaves.
type Counts struct {
	Buildings, Units                           int // new
	Rooms, RoomsChanged, RoomsSame             int
	People, PeopleChanged, PeopleSame          int
	Occupants, OccupantsChanged, OccupantsSame int
	Kept                                       int // values kept for later, new or changed
}

// Report is the preview of an import.
type Report struct {
	Sheet         string
	HeaderRow     int
	Ignored       []string // titles that are not imported
	Kept          []string // titles of what is kept for later
	HiddenRows    int      // asked about before applying
	HiddenColumns []string // likewise
	Formulas      int      // cells whose value was cached by Excel; asked about
	Merged        int      // cells whose value comes from a merge above
	Counts        Counts
	Facts         []Fact   // of the other kinds, in place of counts
	Changes       []Change // the first maxChanges of them
	Faulty        int      // of a refused file, rows with a fault; 0 when the whole is wrong
	Skipped       int      // rows with a fault that were left out, because somebody said so
}

// Change is one thing an import would change.
type Change struct {
	Row   int
	Label string
	Text  string
}

const maxChanges = 200

// Template writes the empty roster with its explanations.
func Template() sheet.Sheet {
	s := sheet.Sheet{Name: "房屋和住户", Rows: sheet.FromSlice(nil)}
	for _, c := range templateColumns() {
		if c.field == colProject {
			continue
		}
		s.Columns = append(s.Columns, sheet.Column{Title: c.titles[0], Required: c.field == colBuilding || c.field == colRoom,
			Note: c.note, Example: c.sample, Text: true, Width: max(10, 2*len([]rune(c.titles[0]))+4)})
	}
	return s
}

// parseFloor reads 15, 15层, 15F, -1, B1, 负一 as a floor.
func parseFloor(s string) (int, error) {
	t := strings.ToUpper(naming.Tight(s))
	t = naming.Cut(strings.TrimPrefix(t, "第"), "层", "楼", "F")
	negative := false
	for _, p := range []string{"-", "B", "负", "地下"} {
		if rest, ok := strings.CutPrefix(t, p); ok {
			t, negative = rest, true
			break
		}
	}
	t = naming.Cut(t, "层", "楼")
	n := 0
	if !naming.Digits(t) {
		t = naming.NumberKey(t)
	}
	if !naming.Digits(t) || len(t) > 3 {
		return 0, fmt.Errorf("楼层应为整数，如 15、-1、B1")
	}
	for _, c := range t {
		n = n*10 + int(c-'0')
	}
	if negative {
		n = -n
	}
	if n < estate.MinFloor || n > estate.MaxFloor {
		return 0, fmt.Errorf("楼层要在 %d–%d 之间", estate.MinFloor, estate.MaxFloor)
	}
	return n, nil
}

func parseArea(s string) (money.Area, error) {
	t := naming.Cut(naming.Tight(s), "平方米", "平米", "m2", "M2", "平")
	t = strings.ReplaceAll(t, ",", "")
	a, err := money.ParseArea(t)
	if money.NegativeArea(t) {
		return 0, fmt.Errorf("面积要大于 0，如 89.50")
	}
	if err != nil {
		return 0, fmt.Errorf("面积应为数字，最多两位小数，如 89.50")
	}
	if !estate.AreaOK(a) {
		return 0, fmt.Errorf("面积超过 1,000,000 ㎡，请核对")
	}
	return a, nil
}

// parseShare reads 50%, 33.33% or 0.5 as parts of 10,000.
func parseShare(s string) (int, error) {
	t := naming.Tight(s)
	percent := strings.HasSuffix(t, "%")
	q, err := money.ParseQty(strings.TrimSuffix(t, "%"))
	if err != nil {
		return 0, fmt.Errorf("产权份额应写成 50%% 或 0.5")
	}
	n := int(q) // ×10⁻⁴ of the whole
	if percent {
		if q%100 != 0 {
			return 0, fmt.Errorf("产权份额最多两位小数，如 33.33%%")
		}
		n = int(q / 100)
	}
	if n <= 0 || n > estate.WholeShare {
		return 0, fmt.Errorf("产权份额要在 0–100%% 之间，写成 50%% 或 0.5")
	}
	return n, nil
}

// readRoster reads the uploaded file; what is wrong with the file as a whole
// is a fault, what is wrong with rows is in roster.problems. The roster must be closed.
func (s *Service) readRoster(ctx context.Context, project id.ID, im *Import, note func(done int)) (out *roster, err error) {
	pr, err := s.estate.Project(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return nil, err
	}
	err = s.withBook(ctx, project, im, func(b *sheet.Book) error {
		p := &rosterReader{project: pr, book: b, skipHidden: im.Hidden == HiddenSkip, columns: rosterColumns(), note: note, ctx: ctx,
			buildings: map[string]spot{}, units: map[string]spot{}}
		err := p.read()
		out = p.out
		return err
	})
	if err == nil || out == nil {
		return out, err
	}
	return nil, errors.Join(err, out.close())
}

// withFile opens the uploaded file.
func (s *Service) withFile(ctx context.Context, project id.ID, im *Import, do func(b *sheet.Book) error) (err error) {
	f, blob, err := s.files.Open(ctx, project, im.File)
	if err != nil {
		return err
	}
	defer f.Close()
	book, err := sheet.Open(blob.Name, f, blob.Size, sheet.Limits{})
	if err != nil {
		return err
	}
	defer func() {
		if cerr := book.Close(); cerr != nil && err == nil {
			err = fmt.Errorf("close sheet: %w", cerr)
		}
	}()
	return do(book)
}
