import { parseXML } from "@web/core/utils/xml";
import { extractFieldsFromArchInfo } from "@web/model/relational_model/utils";
import { FormArchParser } from "@web/views/form/form_arch_parser";

const isHidden = ({ invisible }) => invisible === "True" || invisible === "1";

/**
 * Return the lead's fields as its own form shows them: with its widgets, options and domains.
 *
 * @param {Object} viewService the service "view"
 * @returns {Promise<{fields: Object, activeFields: Object, infos: Object}>} of all of the form's fields, since
 *  domains and conditions of one may look at another; `infos` by name, what `Field` wants to know
 */
export async function loadLeadFields(viewService) {
    const resModel = "crm.lead";
    const { fields, relatedModels, views } = await viewService.loadViews({
        resModel,
        views: [[false, "form"]],
        context: {},
    });
    const archInfo = new FormArchParser().parse(parseXML(views.form.arch), relatedModels, resModel);
    const infos = {};
    for (const info of Object.values(archInfo.fieldNodes)) {
        if (!infos[info.name] || isHidden(infos[info.name])) {
            infos[info.name] = info;
        }
    }
    return { ...extractFieldsFromArchInfo(archInfo, fields), infos };
}
