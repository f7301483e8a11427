package meter

import (
	"bytes"
	"context"
	"net/url"
	"strings"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
	"linli/internal/kit/supply"
	"linli/internal/kit/web"
	"linli/internal/roster"

	"github.com/danielgtaylor/huma/v2"
)

// importRoutes take sheets of readings in for those who may read meters; the
// checking and writing is that of all imports.
func (s *Service) importRoutes(w *web.Server) {
	const in = "/projects/{project}/reading-imports"
	web.Handle(w, web.Op{ID: "start-reading-import", Method: "POST", Path: in, Summary: "上传抄表单，开始检查", Tag: "meter", Permission: PermRecord,
		MaxBody: sheet.DefaultLimits().FileBytes + 1<<20}, s.startImportAPI)
	route(w, "list-reading-imports", "GET", in, "列出上传的抄表单", PermRead, s.listImportsAPI)
	route(w, "read-reading-template", "GET", in+"/template.xlsx", "下载抄表单：本账期还没抄的表，房号、表号、上期读数已填好", PermRead, s.templateAPI)
	route(w, "read-reading-import", "GET", in+"/{reading_import}", "查看抄表单：进度、预览、结果", PermRead, s.readImportAPI)
	route(w, "list-reading-import-errors", "GET", in+"/{reading_import}/errors", "列出抄表单有误的单元格", PermRead, s.importErrorsAPI)
	route(w, "read-reading-import-errors", "GET", in+"/{reading_import}/errors.xlsx", "下载抄表单有误的行", PermRead, s.errorSheetAPI)
	route(w, "apply-reading-import", "POST", in+"/{reading_import}/apply", "录入检查过的抄表单，全部成功或全部不做", PermRecord, s.applyImportAPI)
	route(w, "continue-reading-import", "POST", in+"/{reading_import}/continue", "继续中断的抄表单", PermRecord, s.continueImportAPI)
	route(w, "undo-reading-import", "POST", in+"/{reading_import}/undo", "撤销整份抄表单，没出账、以后没再抄过才行", PermRecord, s.undoImportAPI)
}

type startImportIn struct {
	Project id.ID `path:"project"`
	RawBody huma.MultipartFormFiles[struct {
		File huma.FormFile `form:"file" contentType:"application/octet-stream" required:"true" doc:"xlsx 或 csv（UTF-8、GBK），最大 20 MB"`
		Kind string        `form:"kind" required:"false" enum:"water,hot_water,electricity,gas,heat" doc:"表里没写表种类的，按这一种；默认 water"`
	}]
}

type importOut struct{ Body roster.ImportJSON }

func (s *Service) startImportAPI(ctx context.Context, who actor.Actor, in *startImportIn) (*importOut, error) {
	data := in.RawBody.Data()
	defer data.File.Close()
	kind := supply.Water
	if data.Kind != "" {
		kind = supply.Kind(data.Kind)
	}
	im, err := s.roster.StartImportOf(ctx, who, in.Project, ImportKind(kind), data.File.Filename, data.File)
	return &importOut{s.roster.ImportAnswer(im)}, err
}

type importIn struct {
	Project id.ID `path:"project"`
	Import  id.ID `path:"reading_import" doc:"上传的一份抄表单"`
}

// mine reads an import of this room; those of other kinds are not there: whoever
// may read meters may not read rosters.
func (s *Service) mine(ctx context.Context, project, imp id.ID) (roster.Import, error) {
	im, err := s.roster.Import(ctx, s.db.Reader(ctx), project, imp)
	if err == nil && !strings.HasPrefix(im.Kind, importPrefix) {
		return im, fault.ErrNotFound
	}
	return im, err
}

func (s *Service) readImportAPI(ctx context.Context, _ actor.Actor, in *importIn) (*importOut, error) {
	im, err := s.mine(ctx, in.Project, in.Import)
	return &importOut{s.roster.ImportAnswer(im)}, err
}

type listImportsIn struct {
	Project id.ID `path:"project"`
	page.Request
}

type importsOut struct{ Body page.List[roster.ImportJSON] }

func (s *Service) listImportsAPI(ctx context.Context, _ actor.Actor, in *listImportsIn) (*importsOut, error) {
	names := []string{}
	for _, k := range supply.Kinds() {
		names = append(names, ImportKind(k))
	}
	l, err := s.roster.ImportsOf(ctx, in.Project, names, in.Request)
	if err != nil {
		return nil, err
	}
	out := &importsOut{page.List[roster.ImportJSON]{Items: make([]roster.ImportJSON, len(l.Items)), Next: l.Next}}
	for i := range l.Items {
		out.Body.Items[i] = s.roster.ImportAnswer(l.Items[i])
	}
	return out, nil
}

type importErrorsIn struct {
	Project id.ID `path:"project"`
	Import  id.ID `path:"reading_import" doc:"上传的一份抄表单"`
	page.Request
}

type importErrorsOut struct {
	Body page.List[roster.RowErrorJSON]
}

func (s *Service) importErrorsAPI(ctx context.Context, _ actor.Actor, in *importErrorsIn) (*importErrorsOut, error) {
	if _, err := s.mine(ctx, in.Project, in.Import); err != nil {
		return nil, err
	}
	l, err := s.roster.ImportErrors(ctx, in.Project, in.Import, in.Request)
	if err != nil {
		return nil, err
	}
	out := &importErrorsOut{page.List[roster.RowErrorJSON]{Items: make([]roster.RowErrorJSON, len(l.Items)), Next: l.Next}}
	for i := range l.Items {
		out.Body.Items[i] = roster.RowErrorJSON(l.Items[i])
	}
	return out, nil
}

type applyImportIn struct {
	Project id.ID `path:"project"`
	Import  id.ID `path:"reading_import" doc:"上传的一份抄表单"`
	Body    struct {
		Hidden   string `json:"hidden,omitempty" enum:"include,skip" doc:"隐藏的行：一起导入或跳过"`
		Formulas bool   `json:"formulas,omitempty" doc:"公式使用表格里显示的值"`
		Faulty   string `json:"faulty,omitempty" enum:"skip" doc:"检查出错误的文件：跳过有误的行，先导入其余的"`
	}
}

func (s *Service) applyImportAPI(ctx context.Context, who actor.Actor, in *applyImportIn) (*importOut, error) {
	return s.onImport(ctx, in.Project, in.Import, func() (roster.Import, error) {
		return s.roster.ApplyImport(ctx, who, in.Project, in.Import, roster.ApplyOptions{Hidden: in.Body.Hidden, Formulas: in.Body.Formulas, Faulty: in.Body.Faulty == "skip"})
	})
}

func (s *Service) continueImportAPI(ctx context.Context, who actor.Actor, in *importIn) (*importOut, error) {
	return s.onImport(ctx, in.Project, in.Import, func() (roster.Import, error) {
		return s.roster.ContinueImport(ctx, who, in.Project, in.Import)
	})
}

func (s *Service) undoImportAPI(ctx context.Context, who actor.Actor, in *importIn) (*importOut, error) {
	return s.onImport(ctx, in.Project, in.Import, func() (roster.Import, error) { return s.roster.UndoImport(ctx, who, in.Project, in.Import) })
}

func (s *Service) onImport(ctx context.Context, project, imp id.ID, do func() (roster.Import, error)) (*importOut, error) {
	if _, err := s.mine(ctx, project, imp); err != nil {
		return nil, err
	}
	im, err := do()
	return &importOut{s.roster.ImportAnswer(im)}, err
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

func (s *Service) errorSheetAPI(ctx context.Context, who actor.Actor, in *importIn) (*tableOut, error) {
	if _, err := s.mine(ctx, in.Project, in.Import); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := s.roster.WriteErrors(ctx, who, in.Project, in.Import, &b); err != nil {
		return nil, err
	}
	return xlsx("抄表单有误的行.xlsx", &b), nil
}

type templateIn struct {
	Project  id.ID     `path:"project"`
	Month    web.Month `query:"month" doc:"账期，空为本月"`
	Kind     string    `query:"kind" default:"water" enum:"water,hot_water,electricity,gas,heat" doc:"水、热水、电、燃气、供热"`
	Building id.ID     `query:"building_id" doc:"只要一栋楼的"`
}

func (s *Service) templateAPI(ctx context.Context, _ actor.Actor, in *templateIn) (*tableOut, error) {
	now := s.db.Clock().Now()
	f := SheetFilter{Request: page.Request{Limit: 200}, Month: in.Month.Month, Kind: supply.Kind(in.Kind), Building: in.Building, Shown: Unread}
	if f.Month == 0 {
		f.Month = clock.MonthOf(now)
	}
	day := min(clock.DateOf(now), f.Month.Add(1).Last())
	t, err := s.ReadingTemplate(ctx, s.db.Reader(ctx), in.Project, f, day)
	if err != nil {
		return nil, err
	}
	return table(f.Kind.Label()+"表抄表单 "+f.Month.String()+".xlsx", t)
}
