package roster

import (
	"context"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/sheet"
	"linli/internal/kit/web"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const in = "/projects/{project}/imports"
	web.Handle(w, web.Op{ID: "start-import", Method: "POST", Path: in, Summary: "上传房屋和住户的表格，开始检查", Tag: "estate", Permission: PermImport,
		MaxBody: sheet.DefaultLimits().FileBytes + 1<<20}, s.startImportAPI)
	route(w, "list-imports", "GET", in, "列出导入", PermImport, s.listImportsAPI)
	route(w, "read-import-template", "GET", in+"/template.xlsx", "下载导入模板", PermImport, s.templateAPI)
	route(w, "read-import", "GET", in+"/{import}", "查看导入：进度、预览、结果", PermImport, s.readImportAPI)
	route(w, "list-import-errors", "GET", in+"/{import}/errors", "列出有误的行", PermImport, s.listErrorsAPI)
	route(w, "read-import-error-sheet", "GET", in+"/{import}/errors.xlsx", "下载有误的行", PermImport, s.errorSheetAPI)
	route(w, "apply-import", "POST", in+"/{import}/apply", "导入检查过的文件，全部成功或全部不做", PermImport, s.applyImportAPI)
	route(w, "continue-import", "POST", in+"/{import}/continue", "继续中断的导入", PermImport, s.continueImportAPI)
	route(w, "undo-import", "POST", in+"/{import}/undo", "撤销整次导入，导入后没有改过、用过才行", PermImport, s.undoImportAPI)
	web.Handle(w, web.Op{ID: "list-vehicles", Method: "GET", Path: "/projects/{project}/vehicles", Summary: "列出车辆：来自导入的车辆资料", Tag: "estate", Permission: estate.PermRead, Buildings: true}, s.listVehiclesAPI)
}

func route[I, O any](w *web.Server, opID, method, path, summary string, p actor.Permission, h func(context.Context, actor.Actor, *I) (*O, error)) {
	web.Handle(w, web.Op{ID: opID, Method: method, Path: path, Summary: summary, Tag: "estate", Permission: p}, h)
}
