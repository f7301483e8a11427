package audit

import "linli/internal/kit/web"

// Routes registers the operations of the log.
func (s *Service) Routes(w *web.Server) {
	web.Handle(w, web.Op{ID: "list-audit", Method: "GET", Path: "/audit", Summary: "查看全公司的操作日志", Tag: "audit", Permission: PermRead}, s.listInstallation)
	web.Handle(w, web.Op{ID: "list-project-audit", Method: "GET", Path: "/projects/{project}/audit", Summary: "查看一个项目的操作日志", Tag: "audit", Permission: PermRead}, s.listProject)
	web.Handle(w, web.Op{ID: "audit-sheet", Method: "GET", Path: "/audit/sheet", Summary: "全公司的操作日志，Excel 表，带着页面上的筛选条件", Tag: "audit", Permission: PermExport}, s.sheetInstallation)
	web.Handle(w, web.Op{ID: "audit-choices", Method: "GET", Path: "/audit/choices", Summary: "全公司的操作日志可以按谁、按什么筛选", Tag: "audit", Permission: PermRead}, s.installationChoices)
	web.Handle(w, web.Op{ID: "project-audit-choices", Method: "GET", Path: "/projects/{project}/audit/choices", Summary: "一个项目的操作日志可以按谁、按什么筛选", Tag: "audit", Permission: PermRead}, s.projectChoices)
}
