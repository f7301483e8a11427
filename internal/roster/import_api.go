package roster

import (
	"bytes"
	"context"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

type importJSON struct {
	ID            id.ID        `json:"id"`
	Kind          string       `json:"kind" doc:"roster 房屋和住户，opening 期初欠费和缴费历史，vehicle 车辆资料，reading_… 抄表单"`
	FileName      string       `json:"file_name"`
	State         string       `json:"state" enum:"checking,ready,refused,applying,applied,failed,undone" doc:"检查中、可导入、有错误、导入中、已导入、中断、已撤销"`
	Rows          int          `json:"rows" doc:"文件的数据行数"`
	Errors        int          `json:"errors" doc:"错误条数；大于 0 则一行也不会导入，除非选择跳过有误的行"`
	Faulty        int          `json:"faulty_rows" doc:"有错误的行数；0 为没有，或整个文件有问题"`
	Skipped       int          `json:"skipped_rows" doc:"导入时跳过的有误的行数"`
	Done          int          `json:"done" doc:"正在检查或导入时，已处理的行数"`
	Total         int          `json:"total" doc:"正在导入时的总行数，0 为还不知道"`
	Sheet         string       `json:"sheet" doc:"读的是哪个工作表"`
	HeaderRow     int          `json:"header_row" doc:"表头在第几行"`
	Ignored       []string     `json:"ignored" nullable:"false" doc:"不认识、不会导入的列"`
	Kept          []string     `json:"kept" nullable:"false" doc:"留存待用的列：现在还没有对应的功能，内容已保存"`
	HiddenRows    int          `json:"hidden_rows" doc:"隐藏的行数；大于 0 时导入前要选择"`
	HiddenColumns []string     `json:"hidden_columns" nullable:"false" doc:"隐藏的列"`
	Formulas      int          `json:"formulas" doc:"公式个数；大于 0 时导入前要确认"`
	Merged        int          `json:"merged" doc:"取自合并单元格的值的个数"`
	Counts        countsJSON   `json:"counts"`
	Facts         []factJSON   `json:"facts" nullable:"false" doc:"期初欠费、车辆资料和抄表单的预览：条数、金额、账期"`
	Changes       []changeJSON `json:"changes" nullable:"false" doc:"将修改的内容，最多 200 条"`
	ByName        string       `json:"created_name" doc:"谁上传的"`
	At            time.Time    `json:"created_at"`
	AppliedAt     *time.Time   `json:"applied_at,omitempty"`
	Failure       string       `json:"failure" doc:"为什么中断"`
	UndoneBy      string       `json:"undone_name" doc:"谁撤销的"`
	UndoneAt      *time.Time   `json:"undone_at,omitempty"`
}

// ImportJSON is an import in the answers of a room that fills the socket.
type ImportJSON = importJSON

// RowErrorJSON is one wrong cell in such answers.
type RowErrorJSON = rowErrorJSON

// ImportAnswer is an import as answers show it.
func (s *Service) ImportAnswer(im Import) ImportJSON { return s.toImport(im) }

type countsJSON struct {
	Buildings        int `json:"buildings" doc:"新增楼栋"`
	Units            int `json:"units" doc:"新增单元"`
	Rooms            int `json:"rooms" doc:"新增房屋"`
	RoomsChanged     int `json:"rooms_changed" doc:"修改房屋"`
	RoomsSame        int `json:"rooms_same" doc:"不变的房屋"`
	People           int `json:"people" doc:"新增住户"`
	PeopleChanged    int `json:"people_changed" doc:"修改住户"`
	PeopleSame       int `json:"people_same" doc:"不变的住户"`
	Occupants        int `json:"occupants" doc:"新增住户与房屋的关系"`
	OccupantsChanged int `json:"occupants_changed" doc:"修改的关系"`
	OccupantsSame    int `json:"occupants_same" doc:"不变的关系"`
	Kept             int `json:"kept" doc:"留存待用的内容，新增或有变"`
}

type factJSON struct {
	Title string `json:"title"`
	Value string `json:"value"`
}

type changeJSON struct {
	Row   int    `json:"row" doc:"文件里的行号"`
	Label string `json:"label" doc:"房屋或住户"`
	Text  string `json:"text" doc:"改前 → 改后"`
}

func (s *Service) toImport(im Import) importJSON {
	r := im.Report
	out := importJSON{ID: im.ID, Kind: im.Kind, FileName: im.FileName, State: im.State, Rows: im.Rows, Errors: im.Errors, Faulty: r.Faulty, Skipped: r.Skipped,
		Sheet: r.Sheet, HeaderRow: r.HeaderRow, Ignored: append([]string{}, r.Ignored...), Kept: append([]string{}, r.Kept...), HiddenRows: r.HiddenRows,
		HiddenColumns: append([]string{}, r.HiddenColumns...), Formulas: r.Formulas, Merged: r.Merged, Counts: countsJSON(r.Counts),
		Facts:   each(r.Facts, func(f Fact) factJSON { return factJSON(f) }),
		Changes: each(r.Changes, func(c Change) changeJSON { return changeJSON(c) }), ByName: im.ByName, At: im.At.In(clock.Shanghai())}
	if im.State == ImportChecking || im.State == ImportApplying {
		out.Done, out.Total = s.Progress(im.ID)
	}
	if im.State == ImportApplied || im.State == ImportUndone {
		at := im.AppliedAt.In(clock.Shanghai())
		out.AppliedAt = &at
	}
	out.Failure, out.UndoneBy = im.Failure, im.UndoneBy
	if !im.UndoneAt.IsZero() {
		at := im.UndoneAt.In(clock.Shanghai())
		out.UndoneAt = &at
	}
	return out
}

func (s *Service) undoImportAPI(ctx context.Context, who actor.Actor, in *importIn) (*importOut, error) {
	im, err := s.UndoImport(ctx, who, in.Project, in.Import)
	return &importOut{s.toImport(im)}, err
}

func (s *Service) continueImportAPI(ctx context.Context, who actor.Actor, in *importIn) (*importOut, error) {
	im, err := s.ContinueImport(ctx, who, in.Project, in.Import)
	return &importOut{s.toImport(im)}, err
}

type startImportIn struct {
	Project id.ID `path:"project"`
	RawBody huma.MultipartFormFiles[struct {
		File huma.FormFile `form:"file" contentType:"application/octet-stream" required:"true" doc:"xlsx 或 csv（UTF-8、GBK），最大 20 MB"`
		Kind string        `form:"kind" required:"false" enum:"roster,opening,vehicle" doc:"roster 房屋和住户，默认；opening 期初欠费和缴费历史；vehicle 车辆资料，留存待用"`
	}]
}

type importOut struct{ Body importJSON }

func (s *Service) startImportAPI(ctx context.Context, who actor.Actor, in *startImportIn) (*importOut, error) {
	data := in.RawBody.Data()
	defer data.File.Close()
	im, err := s.StartImportOf(ctx, who, in.Project, or(data.Kind, KindRoster), data.File.Filename, data.File)
	return &importOut{s.toImport(im)}, err
}

type importIn struct {
	Project id.ID `path:"project"`
	Import  id.ID `path:"import"`
}

func (s *Service) readImportAPI(ctx context.Context, _ actor.Actor, in *importIn) (*importOut, error) {
	im, err := s.Import(ctx, s.db.Reader(ctx), in.Project, in.Import)
	return &importOut{s.toImport(im)}, err
}

type listImportsIn struct {
	Project id.ID `path:"project"`
	page.Request
}

type importsOut struct{ Body page.List[importJSON] }

func (s *Service) listImportsAPI(ctx context.Context, _ actor.Actor, in *listImportsIn) (*importsOut, error) {
	l, err := s.Imports(ctx, in.Project, in.Request)
	return &importsOut{page.List[importJSON]{Items: each(l.Items, s.toImport), Next: l.Next}}, err
}

type listErrorsIn struct {
	Project id.ID `path:"project"`
	Import  id.ID `path:"import"`
	page.Request
}

type rowErrorJSON struct {
	Row     int    `json:"row" doc:"文件里的行号，0 为整个文件"`
	Cell    string `json:"cell" doc:"单元格，如 C12"`
	Title   string `json:"title" doc:"列"`
	Value   string `json:"value" doc:"填的内容；手机号和证件号打码"`
	Message string `json:"message" doc:"问题和改法"`
}

type errorsOut struct{ Body page.List[rowErrorJSON] }

func (s *Service) listErrorsAPI(ctx context.Context, _ actor.Actor, in *listErrorsIn) (*errorsOut, error) {
	l, err := s.ImportErrors(ctx, in.Project, in.Import, in.Request)
	return &errorsOut{page.List[rowErrorJSON]{Items: each(l.Items, func(e RowError) rowErrorJSON { return rowErrorJSON(e) }), Next: l.Next}}, err
}

type applyImportIn struct {
	Project id.ID `path:"project"`
	Import  id.ID `path:"import"`
	Body    struct {
		Hidden   string `json:"hidden,omitempty" enum:"include,skip" doc:"隐藏的行：一起导入或跳过"`
		Formulas bool   `json:"formulas,omitempty" doc:"公式使用表格里显示的值"`
		Faulty   string `json:"faulty,omitempty" enum:"skip" doc:"检查出错误的文件：跳过有误的行，先导入其余的"`
	}
}

func (s *Service) applyImportAPI(ctx context.Context, who actor.Actor, in *applyImportIn) (*importOut, error) {
	im, err := s.ApplyImport(ctx, who, in.Project, in.Import, ApplyOptions{in.Body.Hidden, in.Body.Formulas, in.Body.Faulty == "skip"})
	return &importOut{s.toImport(im)}, err
}

type tableOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func table(name string, t sheet.Sheet) (*tableOut, error) {
	var b bytes.Buffer
	if err := sheet.WriteXLSX(&b, []sheet.Sheet{t}); err != nil {
		return nil, err
	}
	return xlsx(name, &b), nil
}

func xlsx(name string, b *bytes.Buffer) *tableOut {
	return &tableOut{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "attachment; filename*=UTF-8''" + url.PathEscape(name), b.Bytes()}
}

type templateIn struct {
	Project id.ID  `path:"project"`
	Kind    string `query:"kind" enum:"roster,opening,vehicle" doc:"哪一类表格，默认 roster"`
}

func (s *Service) templateAPI(_ context.Context, _ actor.Actor, in *templateIn) (*tableOut, error) {
	if i, ok := s.importers[in.Kind]; ok {
		name, t := i.Template()
		return table(name, t)
	}
	return table("房屋和住户导入模板.xlsx", Template())
}

func (s *Service) errorSheetAPI(ctx context.Context, who actor.Actor, in *importIn) (*tableOut, error) {
	var b bytes.Buffer
	if err := s.WriteErrors(ctx, who, in.Project, in.Import, &b); err != nil {
		return nil, err
	}
	return xlsx("导入有误的行.xlsx", &b), nil
}

func each[A, B any](list []A, f func(A) B) []B {
	out := make([]B, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}
