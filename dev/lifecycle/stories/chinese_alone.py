# Run in Odoo's shell before the module is installed: everybody works in Chinese, English is off.
# ruff: noqa: F821
env["base.language.install"].create({"lang_ids": env.ref("base.lang_zh_CN").ids}).lang_install()
env.cr.commit()
everybody = env["res.partner"].with_context(active_test=False).search([("lang", "!=", "zh_CN")])
everybody.lang = "zh_CN"
env["ir.default"].search([("field_id.name", "=", "lang")]).unlink()
env["ir.default"].set("res.partner", "lang", "zh_CN")
env["res.lang"].search([("code", "=", "en_US")]).active = False
env.cr.commit()
